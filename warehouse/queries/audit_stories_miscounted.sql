-- Stories that do not have what they count, and articles without one; what still waits is no fault.
SELECT coalesce(stories.story_id, counted.story_id) AS story_id, stories.article_count, counted.articles
FROM stories
FULL JOIN (
    SELECT story_id, count(*) AS articles, count(DISTINCT source) AS outlets FROM articles GROUP BY story_id
) AS counted ON counted.story_id = stories.story_id
WHERE (
    stories.article_count IS DISTINCT FROM counted.articles OR stories.source_count IS DISTINCT FROM counted.outlets
) AND NOT EXISTS (SELECT 1 FROM relate_queue);
