-- Of first versions: an edit may make the words of an article those of another.
SELECT source, body_hash, count(*) AS articles, min(article_id) AS one, max(article_id) AS other
FROM article_versions
WHERE valid_to IS NULL AND version = 1
GROUP BY source, body_hash
HAVING count(*) > 1;
