-- Column comments are those of article_versions (warehouse/migrate.py sets them).
CREATE OR REPLACE VIEW unique_articles AS
SELECT articles.*, 1 + coalesce(copies.copy_count, 0) AS group_size
FROM articles
LEFT JOIN (
    SELECT near_duplicate_of, count(*) AS copy_count FROM articles WHERE near_duplicate_of IS NOT NULL GROUP BY ALL
) AS copies ON copies.near_duplicate_of = articles.article_id
WHERE articles.near_duplicate_of IS NULL;
COMMENT ON VIEW unique_articles IS 'The representative article of a near-duplicate group: each text once.';
COMMENT ON COLUMN unique_articles.group_size IS 'Articles in its near-duplicate group, itself included.';
