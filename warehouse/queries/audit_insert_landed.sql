INSERT INTO landed SELECT $pack, document_id, origin FROM pairs;
