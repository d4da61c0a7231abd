SELECT coalesce("language", '') AS "language", count(*) AS articles
FROM article_versions
WHERE valid_to IS NULL AND near_duplicate_of IS NULL
GROUP BY ALL;
