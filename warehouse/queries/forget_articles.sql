-- forgotten: article_id.  Articles that are made anew.  Whoever was related to them is related anew.
INSERT INTO relate_queue
SELECT DISTINCT body_hash FROM article_versions WHERE article_id IN (SELECT article_id FROM forgotten);
DELETE FROM article_versions WHERE article_id IN (SELECT article_id FROM forgotten);
DELETE FROM article_keys WHERE article_id IN (SELECT article_id FROM forgotten);
DELETE FROM article_links
WHERE article_id IN (SELECT article_id FROM forgotten) OR other_id IN (SELECT article_id FROM forgotten);
