-- asked: row, source; a source may be null, and stands there once.
-- Of each source its latest 1,000 documents and articles, so that what has changed for good is soon its usual way; and
-- of the tables their latest 50,000 rows, so that it takes 20 ms however large the warehouse is.
WITH latest_documents AS (
    SELECT asked.row, documents.article_id IS NULL AS refused
    FROM documents
    JOIN asked ON documents.source IS NOT DISTINCT FROM asked.source
    WHERE documents.rowid > (SELECT max(rowid) FROM documents) - 50_000
    QUALIFY row_number() OVER (PARTITION BY asked.row ORDER BY documents.rowid DESC) <= 1000
),
latest_articles AS (
    SELECT asked.row, title, published_at, word_count
    FROM article_versions
    JOIN asked ON article_versions.source IS NOT DISTINCT FROM asked.source
    WHERE valid_to IS NULL AND article_versions.rowid > (SELECT max(rowid) FROM article_versions) - 50_000
    QUALIFY row_number() OVER (PARTITION BY asked.row ORDER BY article_versions.rowid DESC) <= 1000
),
of_documents AS (
    SELECT "row", count(*) AS documents, count(*) FILTER (refused) AS refused
    FROM latest_documents
    GROUP BY "row"
),
of_articles AS (
    SELECT
        "row",
        count(*) AS articles,
        count(*) - count(title) AS missing_title,
        count(*) - count(published_at) AS missing_date,
        quantile_cont(word_count, [0.25, 0.5, 0.75]) AS quartiles
    FROM latest_articles
    GROUP BY "row"
)
SELECT
    asked.row,
    coalesce(documents, 0),
    coalesce(refused, 0),
    coalesce(articles, 0),
    coalesce(missing_title, 0),
    coalesce(missing_date, 0),
    quartiles[1],
    quartiles[2],
    quartiles[3]
FROM asked
LEFT JOIN of_documents USING ("row")
LEFT JOIN of_articles USING ("row");
