-- Words in passages that articles of different near-duplicate groups share, of each pair of nodes the most.
-- {nodes}: node_no, place, is_asked; both are among these, and the first is asked about.
WITH linked AS (
    SELECT
        coalesce(one.near_duplicate_of, one.article_id) AS one_id,
        coalesce(other.near_duplicate_of, other.article_id) AS other_id,
        shared_words
    FROM article_links
    JOIN article_versions AS one ON one.article_id = article_links.article_id AND one.valid_to IS NULL
    JOIN article_versions AS other ON other.article_id = article_links.other_id AND other.valid_to IS NULL
),
among AS (
    SELECT article_id, place, is_asked FROM story_nodes JOIN {nodes} USING (node_no)
)
SELECT one.place AS one_place, other.place AS other_place, max(shared_words)::INTEGER AS shared_words
FROM (SELECT one_id, other_id, shared_words FROM linked UNION ALL SELECT other_id, one_id, shared_words FROM linked) AS pairs
JOIN among AS one ON one.article_id = pairs.one_id
JOIN among AS other ON other.article_id = pairs.other_id
WHERE one_id <> other_id AND one.is_asked
GROUP BY ALL;
