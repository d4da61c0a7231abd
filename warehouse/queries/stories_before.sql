-- clusters: node_no, cluster.  From which stories the articles of each come: cluster, story, articles, and which is the
-- oldest of all stories.
WITH before AS (
    SELECT nodes.cluster, coalesce(versions.story_id, stories_before.story_id) AS story_id, count(*) AS articles
    FROM article_versions AS versions
    JOIN (SELECT article_id, cluster FROM story_nodes JOIN clusters USING (node_no)) AS nodes
        ON nodes.article_id = coalesce(versions.near_duplicate_of, versions.article_id)
    LEFT JOIN stories_before ON stories_before.article_id = versions.article_id
    WHERE versions.valid_to IS NULL
    GROUP BY ALL
),
aged AS (
    SELECT story_id, row_number() OVER (ORDER BY first_seen_at, first_published_at NULLS LAST, story_id) AS age
    FROM stories
    WHERE story_id IN (SELECT story_id FROM before)
)
SELECT cluster, story_id, articles, age
FROM before JOIN aged USING (story_id)
ORDER BY articles DESC, cluster, age;
