-- The table `history` of tests/test_health.py as documents and articles.
CREATE TEMP TABLE made AS SELECT row_number() OVER () AS i, * FROM history;
INSERT INTO documents BY NAME
SELECT
    'document ' || i AS document_id, 'made-up/' || i AS origin, source, 'text/plain' AS media_type, 4000 AS size_bytes, received_at,
    'lost.parquet' AS pack, CASE WHEN NOT refused THEN 'article ' || i END AS article_id, 'made up' AS rules_version
FROM made;
INSERT INTO article_versions BY NAME
SELECT
    'document ' || i AS document_id, 'made-up/' || i AS origin, 'accepted' AS outcome, [] AS reasons,
    CASE WHEN NOT no_title THEN 'Title' END AS title, CASE WHEN no_author THEN [] ELSE ['Ann Lee'] END AS authors, [] AS author_kinds,
    CASE WHEN NOT no_date THEN received_at - to_days(age_days) END AS published_at, source, [] AS tags, 'Body' AS body, [] AS captions, [] AS removed,
    CASE WHEN missed_rule THEN ['publisher_rule_missed'] ELSE [] END AS flags, word_count, 0.9 AS confidence, 'article ' || i AS article_id,
    1 AS version, md5('hash ' || i) AS body_hash, received_at AS first_seen_at, received_at AS loaded_at, 'made up' AS run_id,
    'made up' AS rules_version, received_at AS valid_from, [] AS change
FROM made
WHERE NOT refused;
DROP TABLE made;
