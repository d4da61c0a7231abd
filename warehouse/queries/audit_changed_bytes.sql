SELECT pack, document_id, origin FROM changed_content;
