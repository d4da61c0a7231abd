INSERT INTO documents BY NAME
SELECT * FROM incoming_documents
WHERE (document_id, origin) NOT IN (SELECT (document_id, origin) FROM retried);
DELETE FROM landed_packs WHERE pack IN (SELECT pack FROM incoming_documents);
