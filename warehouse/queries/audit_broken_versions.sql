SELECT
    article_id,
    count(*) AS versions,
    min(version) AS first_version,
    max(version) AS last_version,
    count(*) FILTER (WHERE valid_to IS NULL) AS current_versions
FROM article_versions
GROUP BY article_id
HAVING current_versions <> 1 OR first_version <> 1 OR last_version <> versions OR count(DISTINCT version) <> versions
    OR max(version) FILTER (WHERE valid_to IS NULL) <> last_version;
