-- Some $most articles of each language, one of each near-duplicate group: those whose words' hashes begin lowest.
SELECT title, standfirst, body, article_versions."language"
FROM article_versions
JOIN (
    SELECT "language", count(*) AS articles
    FROM article_versions
    WHERE valid_to IS NULL AND near_duplicate_of IS NULL
    GROUP BY ALL
) AS spoken ON spoken."language" IS NOT DISTINCT FROM article_versions."language"
WHERE valid_to IS NULL AND near_duplicate_of IS NULL
    AND ('0x' || body_hash[1:8])::BIGINT < 4294967296 * $most / articles;
