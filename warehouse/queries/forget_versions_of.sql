-- asked: article_id.
SELECT article_id, version, source, title, url, body_hash, valid_to IS NULL AS is_current
FROM article_versions
WHERE article_id IN (SELECT article_id FROM asked)
ORDER BY article_id, version;
