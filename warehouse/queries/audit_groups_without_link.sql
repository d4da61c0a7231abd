-- Members of a group that no link of same_text or near_duplicate ties to another of it: quotation and containment, and
-- what came otherwise, make no group.
WITH grouped AS (SELECT article_id, coalesce(near_duplicate_of, article_id) AS representative_id FROM articles),
tied AS (
    SELECT one.article_id, other.article_id AS other_id
    FROM article_links
    JOIN grouped AS one USING (article_id)
    JOIN grouped AS other ON other.article_id = article_links.other_id
        AND other.representative_id = one.representative_id
    WHERE kind IN ('same_text', 'near_duplicate')
)
SELECT article_id, representative_id
FROM grouped
WHERE representative_id IN (SELECT near_duplicate_of FROM articles)
    AND article_id NOT IN (SELECT article_id FROM tied UNION ALL SELECT other_id FROM tied)
    AND NOT EXISTS (SELECT 1 FROM relate_queue);
