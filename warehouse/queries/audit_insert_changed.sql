INSERT INTO changed_content VALUES ($pack, $document_id, $origin);
