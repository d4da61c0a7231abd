-- One step along the links of groups; the answer is how many articles it reached.
INSERT INTO members
SELECT article_id FROM (
    SELECT other_id AS article_id FROM article_links SEMI JOIN members USING (article_id)
    WHERE kind IN ('same_text', 'near_duplicate')
    UNION
    SELECT article_id FROM article_links
    WHERE kind IN ('same_text', 'near_duplicate') AND other_id IN (SELECT article_id FROM members)
)
WHERE article_id NOT IN (SELECT article_id FROM members);
