SELECT document_id, origin, pack, article_id FROM documents ANTI JOIN receipts USING (document_id, origin);
