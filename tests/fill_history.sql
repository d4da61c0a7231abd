-- The tables `history`, `tries` and `looks` of tests/histories.py as documents and articles, collections and runs.
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
INSERT INTO collections BY NAME
SELECT
    'made up' AS run_id, lower(source) AS source_id, source, collected_at, fetched + failed AS requests, 4000 * fetched AS size_bytes, 0 AS found,
    fetched, 0 AS not_modified, 0 AS gone, 0 AS refused, 0 AS forbidden, failed, 0 AS "left", CASE WHEN failed > 0 THEN 'timed out' END AS detail
FROM tries;
INSERT INTO runs BY NAME
SELECT
    'run ' || epoch(started_at)::BIGINT AS run_id, started_at, started_at AS finished_at, 'completed' AS status, 0 AS inputs, 0 AS loaded, 0 AS updated,
    0 AS unchanged, 0 AS duplicate, 0 AS quarantined, 'made up' AS rules_version, 'made up' AS code_version
FROM looks;
DROP TABLE made;
