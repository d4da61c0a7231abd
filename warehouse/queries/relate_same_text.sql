-- Current articles with the same words, for the texts of this part; the same however often it is run.
-- Lone articles drop out first and no body is read: the rest must fit the memory of a writer after any load.
CREATE OR REPLACE TEMP TABLE same_text AS
SELECT
    article_id,
    body_hash,
    word_count,
    -- The representative, as in relate_members.
    first_value(article_id) OVER (
        PARTITION BY body_hash
        ORDER BY
            published_at NULLS LAST,
            (title IS NULL)::INTEGER + (standfirst IS NULL)::INTEGER + (len(authors) = 0)::INTEGER + (url IS NULL)::INTEGER,
            article_id
    ) AS representative_id,
    count(*) OVER (PARTITION BY body_hash) AS group_size
FROM article_versions
WHERE valid_to IS NULL AND body_hash IN (
    SELECT body_hash FROM article_versions
    WHERE valid_to IS NULL AND body_hash IN (SELECT body_hash FROM touched)
    GROUP BY body_hash
    HAVING count(*) > 1
);

DELETE FROM article_links
WHERE kind = 'same_text' AND (
    article_id IN (SELECT article_id FROM touched UNION ALL SELECT article_id FROM stale)
    OR other_id IN (SELECT article_id FROM touched UNION ALL SELECT article_id FROM stale)
    OR article_id IN (SELECT article_id FROM same_text)
    OR other_id IN (SELECT article_id FROM same_text)
);

INSERT INTO article_links BY NAME
SELECT
    one.article_id, other.article_id AS other_id, 'same_text' AS kind, 1.0 AS similarity, 1.0 AS containment,
    one.word_count AS shared_words
FROM same_text AS one
JOIN same_text AS other ON other.body_hash = one.body_hash AND other.article_id > one.article_id
-- Pairs grow with the square of the group: beyond 100, links to the representative say as much.
WHERE one.group_size <= 100 OR one.representative_id IN (one.article_id, other.article_id);

DROP TABLE same_text;
