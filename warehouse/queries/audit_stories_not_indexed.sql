-- Representatives that are not in the index of stories, what is in it of none, and copies in another story than theirs.
SELECT coalesce(articles.article_id, story_nodes.article_id) AS article_id, articles.story_id, story_nodes.story_id AS indexed
FROM (FROM articles WHERE near_duplicate_of IS NULL) AS articles
FULL JOIN story_nodes ON story_nodes.article_id = articles.article_id
WHERE articles.story_id IS DISTINCT FROM story_nodes.story_id AND NOT EXISTS (SELECT 1 FROM relate_queue)
UNION ALL
SELECT copies.article_id, copies.story_id, articles.story_id
FROM articles AS copies
JOIN articles ON articles.article_id = copies.near_duplicate_of
WHERE copies.story_id IS DISTINCT FROM articles.story_id AND NOT EXISTS (SELECT 1 FROM relate_queue);
