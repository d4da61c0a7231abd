-- $name: an id, its beginning, or an origin; $url: the name as a canonical URL, or null.
-- What is named exactly wins over what only begins like that.
WITH found AS (
    SELECT
        article_id,
        document_id,
        origin IN ($name, coalesce($url, $name)) OR document_id = lower($name)
            OR coalesce(article_id = lower($name), false) AS is_exact
    FROM documents
    WHERE is_exact OR starts_with(document_id, lower($name)) OR starts_with(article_id, lower($name))
    UNION ALL
    SELECT article_id, NULL AS document_id, true AS is_exact FROM article_keys WHERE kind = 'url' AND "key" = $url
)
SELECT DISTINCT article_id, CASE WHEN article_id IS NULL THEN document_id END AS document_id
FROM found
WHERE is_exact OR NOT (SELECT bool_or(is_exact) FROM found)
ORDER BY ALL;
