-- Made-up articles for the benchmarks: getvariable('articles') of them, 40 outlets, received over the last 90 days.
CREATE TEMP TABLE words AS
SELECT list(word) AS words
FROM (
    SELECT unnest(string_split(
        'the of and to in a council harbour ferry budget river school mayor vote bridge strike port union storm court '
        || 'minister plan tram road hospital price water energy wind farm market league coach season goal city village '
        || 'said told would could after before during against between report figures residents officials decision '
        || 'meeting spring winter morning evening new old large small first second third last next long short public',
        ' '
    )) AS word
);
CREATE TEMP TABLE drawn AS
SELECT
    i,
    (40 * pow(random(), 2.5))::INTEGER AS k,
    now() - to_seconds((90 * 86400 * pow(random(), 1.2))::BIGINT) AS received_at,
    to_hours((400 * pow(random(), 6))::BIGINT) AS age,
    (80 + 700 * random())::INTEGER AS word_count,
    0.55 + 0.45 * sqrt(random()) AS confidence
FROM range(getvariable('articles')) AS r(i);
CREATE TEMP TABLE made AS
SELECT
    i,
    md5('made-up ' || i) AS article_id,
    coalesce(
        list_extract(['Harbour Standard', 'Coastal Observer', 'The Prairie Ledger', 'Lakeside Notes'], k + 1),
        'Town Gazette ' || k
    ) AS source,
    received_at,
    received_at - age AS published_at,
    word_count,
    confidence,
    CASE WHEN i % 11 = 0 THEN i - i % 110 END AS copy_of,
    CASE WHEN i % 7 = 0 THEN (i // 7) % 900 END AS story
FROM drawn;
INSERT INTO article_versions BY NAME
SELECT
    md5('document ' || i) AS document_id,
    'made-up/' || i || '.txt' AS origin,
    'accepted' AS outcome,
    []::VARCHAR[] AS reasons,
    list_aggregate([words[1 + (i * p) % 72] FOR p IN [3, 7, 11, 13, 17, 19, 23]], 'string_agg', ' ') AS title,
    NULL AS standfirst,
    ['Philippa Strand']::VARCHAR[] AS authors,
    ['person']::VARCHAR[] AS author_kinds,
    published_at,
    published_at::DATE AS published_on,
    'minute' AS published_precision,
    source,
    'https://news.example/' || i AS url,
    'en' AS language,
    []::VARCHAR[] AS tags,
    list_aggregate(
        [words[1 + (i * 31 + p * p * 7 + p) % 72] || CASE WHEN p % 60 = 59 THEN '.' || chr(10) || chr(10) ELSE ' ' END FOR p IN range(word_count)],
        'string_agg', ''
    ) AS body,
    [] AS captions,
    [
        {'line': p, 'position': 0, 'text': 'Sign up to our newsletter number ' || p, 'kind': 'subscribe_prompt', 'rule': 'made up'}
        FOR p IN range(12)
    ] AS removed,
    CASE WHEN confidence < 0.65 THEN ['unsure'] ELSE [] END AS flags,
    word_count,
    confidence,
    article_id,
    1 AS version,
    md5('body ' || coalesce(copy_of, i)) AS body_hash,
    CASE WHEN copy_of IS NOT NULL AND copy_of <> i THEN md5('made-up ' || copy_of) END AS near_duplicate_of,
    'story-' || story AS story_id,
    received_at AS first_seen_at,
    received_at AS loaded_at,
    'bench' AS run_id,
    'bench' AS rules_version,
    received_at AS valid_from,
    CASE WHEN i % 20 = 3 AND received_at < now() - INTERVAL 1 DAY THEN received_at + INTERVAL 3 HOURS END AS valid_to,
    []::VARCHAR[] AS change
FROM made, words;
INSERT INTO article_versions
SELECT * REPLACE (
    2 AS version,
    title || ' – latest' AS title,
    'A paragraph that came later. ' || body AS body,
    word_count + 5 AS word_count,
    valid_to AS valid_from,
    NULL AS valid_to,
    ['title', 'body'] AS change
)
FROM article_versions
WHERE run_id = 'bench' AND valid_to IS NOT NULL;
INSERT INTO documents BY NAME
SELECT
    md5('document ' || i) AS document_id, 'made-up/' || i || '.txt' AS origin, source, 'text/plain' AS media_type,
    4000 AS size_bytes, received_at, 'lost.parquet' AS pack, article_id, 'bench' AS rules_version
FROM made
UNION ALL
SELECT md5('refused ' || i), 'refused/' || i || '.txt', source, 'text/plain', 900, received_at, 'lost.parquet', NULL, 'bench'
FROM made
WHERE i % 23 = 5;
INSERT INTO quarantine BY NAME
SELECT
    md5('refused ' || i) AS document_id,
    'refused/' || i || '.txt' AS origin,
    source,
    [CASE WHEN i % 3 = 0 THEN 'paywall_stub' WHEN i % 5 = 0 THEN 'too_short' ELSE 'not_an_article' END] AS reasons,
    'refuse' AS stage,
    'it reads like something else' AS detail,
    'bench' AS run_id,
    received_at AS quarantined_at,
    'bench' AS rules_version
FROM made
WHERE i % 23 = 5;
INSERT INTO stories BY NAME
SELECT
    story_id,
    min_by(title, published_at) AS title,
    min(published_at) AS first_published_at,
    max(published_at) AS last_published_at,
    count(*) AS article_count,
    count(DISTINCT source) AS source_count
FROM articles
WHERE story_id IS NOT NULL
GROUP BY story_id;
INSERT INTO runs BY NAME
SELECT
    'bench-' || r AS run_id,
    now() - to_hours(r * 8) AS started_at,
    CASE WHEN r <> 4 THEN now() - to_hours(r * 8) + INTERVAL 90 SECONDS END AS finished_at,
    CASE WHEN r = 4 THEN 'crashed' ELSE 'completed' END AS status,
    900 + 13 * r AS inputs,
    420 + 5 * r AS loaded,
    30 AS updated,
    350 + 8 * r AS unchanged,
    40 AS duplicate,
    CASE WHEN r = 4 THEN 0 ELSE 60 END AS quarantined,
    41.5 AS articles_per_second,
    'bench' AS rules_version,
    'bench' AS code_version
FROM range(40) AS t(r);
DROP TABLE made;
DROP TABLE drawn;
DROP TABLE words;
