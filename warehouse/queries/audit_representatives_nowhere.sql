SELECT article_id, near_duplicate_of
FROM articles
WHERE near_duplicate_of = article_id
    OR (near_duplicate_of IS NOT NULL AND near_duplicate_of NOT IN (SELECT article_id FROM article_versions));
