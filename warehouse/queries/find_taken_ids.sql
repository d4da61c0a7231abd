-- asked: article_id.
SELECT DISTINCT article_id FROM article_versions WHERE article_id IN (SELECT article_id FROM asked);
