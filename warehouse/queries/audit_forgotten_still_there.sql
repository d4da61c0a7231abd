SELECT article_id, 'article_versions' AS place FROM article_versions SEMI JOIN tombstones USING (article_id)
UNION ALL
SELECT article_id, 'documents' FROM documents SEMI JOIN tombstones USING (article_id)
UNION ALL
SELECT article_id, 'receipts' FROM receipts SEMI JOIN tombstones USING (article_id) WHERE origin <> 'forgotten'
UNION ALL
SELECT NULL, pack FROM forgotten_documents;
