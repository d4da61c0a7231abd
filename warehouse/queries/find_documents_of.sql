-- asked: article_id.  The documents that belong to these articles.
SELECT document_id, origin FROM documents WHERE article_id IN (SELECT article_id FROM asked);
