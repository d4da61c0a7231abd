-- Current articles with the same words, for the texts in relate_queue; the same however often it is run.
CREATE OR REPLACE TEMP TABLE same_text AS
SELECT
    article_id,
    body_hash,
    word_count,
    -- The representative: published first, else the fullest, else the smallest id.
    first_value(article_id) OVER (
        PARTITION BY body_hash ORDER BY published_at NULLS LAST, length(body) DESC, article_id
    ) AS representative_id,
    count(*) OVER (PARTITION BY body_hash) AS group_size
FROM article_versions
WHERE valid_to IS NULL AND body_hash IN (SELECT body_hash FROM relate_queue);

DELETE FROM article_links
WHERE kind = 'same_text' AND (article_id, other_id) IN (
    SELECT (links.article_id, links.other_id)
    FROM article_links AS links
    JOIN (
        SELECT DISTINCT article_id FROM article_versions WHERE body_hash IN (SELECT body_hash FROM relate_queue)
    ) AS touched ON touched.article_id IN (links.article_id, links.other_id)
    WHERE links.kind = 'same_text'
);

INSERT INTO article_links BY NAME
SELECT
    one.article_id, other.article_id AS other_id, 'same_text' AS kind, 1.0 AS similarity,
    one.word_count AS shared_words
FROM same_text AS one
JOIN same_text AS other ON other.body_hash = one.body_hash AND other.article_id > one.article_id
-- Pairs grow with the square of the group: beyond 100, links to the representative say as much.
WHERE one.group_size <= 100 OR one.representative_id IN (one.article_id, other.article_id);

UPDATE article_versions SET near_duplicate_of = grouped.representative
FROM (SELECT article_id, nullif(representative_id, article_id) AS representative FROM same_text) AS grouped
WHERE article_versions.article_id = grouped.article_id
    AND article_versions.valid_to IS NULL
    AND article_versions.near_duplicate_of IS DISTINCT FROM grouped.representative;

DELETE FROM relate_queue;
DROP TABLE same_text;
