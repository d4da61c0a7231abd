SELECT document_id, origin, article_id
FROM documents
WHERE article_id IS NOT NULL AND article_id NOT IN (SELECT article_id FROM article_versions);
