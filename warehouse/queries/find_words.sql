-- asked: body_hash.  Which articles have, or had, a version with these words.
SELECT DISTINCT body_hash, article_id, source
FROM article_versions
WHERE body_hash IN (SELECT body_hash FROM asked)
ORDER BY body_hash, article_id, source NULLS LAST;
