SELECT article_id, version, document_id, origin
FROM article_versions
ANTI JOIN documents USING (document_id, origin, article_id);
