-- forgotten: article_id.  Articles that are made anew.  Whoever was related to them is related anew.
INSERT INTO relate_queue
SELECT DISTINCT body_hash FROM article_versions WHERE article_id IN (SELECT article_id FROM forgotten);
-- Without them a group may fall apart.
INSERT INTO relate_queue
SELECT DISTINCT body_hash FROM article_versions
WHERE valid_to IS NULL AND article_id IN (
    SELECT other_id FROM article_links
    WHERE kind IN ('same_text', 'near_duplicate') AND article_id IN (SELECT article_id FROM forgotten)
    UNION ALL
    SELECT article_id FROM article_links
    WHERE kind IN ('same_text', 'near_duplicate') AND other_id IN (SELECT article_id FROM forgotten)
    UNION ALL
    SELECT article_id FROM article_versions WHERE near_duplicate_of IN (SELECT article_id FROM forgotten)
);
DELETE FROM article_versions WHERE article_id IN (SELECT article_id FROM forgotten);
DELETE FROM article_keys WHERE article_id IN (SELECT article_id FROM forgotten);
DELETE FROM article_links
WHERE article_id IN (SELECT article_id FROM forgotten) OR other_id IN (SELECT article_id FROM forgotten);
