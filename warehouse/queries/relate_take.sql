-- {texts}: how many texts of the queue are dealt with at a time.
CREATE OR REPLACE TEMP TABLE part AS
SELECT body_hash, ('0x' || body_hash[:16])::UBIGINT AS words_hash
FROM (SELECT DISTINCT body_hash FROM relate_queue LIMIT {texts});
DELETE FROM relate_queue WHERE body_hash IN (SELECT body_hash FROM part);

-- The articles that have, or had, one of these texts, as they are now.
CREATE OR REPLACE TEMP TABLE touched AS
SELECT article_id, body_hash, ('0x' || body_hash[:16])::UBIGINT AS words_hash, source, rowid AS place
FROM article_versions
WHERE valid_to IS NULL AND article_id IN (
    SELECT article_id FROM article_versions WHERE body_hash IN (SELECT body_hash FROM part)
);

-- What the index has of them, or of articles that are no more, and what it has not.
CREATE OR REPLACE TEMP TABLE stale AS
SELECT indexed.article_no, indexed.article_id
FROM relate_articles AS indexed
LEFT JOIN touched ON touched.article_id = indexed.article_id
    AND touched.words_hash = indexed.words_hash AND touched.source IS NOT DISTINCT FROM indexed.source
WHERE touched.article_id IS NULL AND (
    indexed.words_hash IN (SELECT words_hash FROM part) OR indexed.article_id IN (SELECT article_id FROM touched)
);

CREATE OR REPLACE TEMP TABLE fresh AS
SELECT touched.*
FROM touched
LEFT JOIN relate_articles AS indexed ON touched.article_id = indexed.article_id
    AND touched.words_hash = indexed.words_hash AND touched.source IS NOT DISTINCT FROM indexed.source
WHERE indexed.article_id IS NULL;

-- Whose groups may change: these, and whoever was linked to them or grouped with them until now.
CREATE OR REPLACE TEMP TABLE members AS
WITH these AS (SELECT article_id FROM touched UNION SELECT article_id FROM stale)
SELECT article_id FROM these
UNION
SELECT other_id FROM article_links SEMI JOIN these USING (article_id) WHERE kind IN ('same_text', 'near_duplicate')
UNION
SELECT article_id FROM article_links
WHERE kind IN ('same_text', 'near_duplicate') AND other_id IN (SELECT article_id FROM these)
UNION
SELECT article_id FROM article_versions
WHERE near_duplicate_of IN (SELECT article_id FROM these)
    OR near_duplicate_of IN (
        SELECT near_duplicate_of FROM article_versions WHERE article_id IN (SELECT article_id FROM these)
    )
UNION
SELECT near_duplicate_of FROM article_versions
WHERE near_duplicate_of IS NOT NULL AND article_id IN (SELECT article_id FROM these);
