-- clusters: node_no, cluster.  From which stories the articles of each come: cluster, story, articles, and which is the
-- oldest of all stories.
SELECT cluster, before.story_id, count(*) AS articles, any_value(age) AS age
FROM (
    SELECT clusters.cluster, coalesce(versions.story_id, stories_before.story_id) AS story_id
    FROM clusters
    JOIN story_nodes USING (node_no)
    JOIN article_versions AS versions
        ON coalesce(versions.near_duplicate_of, versions.article_id) = story_nodes.article_id AND versions.valid_to IS NULL
    LEFT JOIN stories_before ON stories_before.article_id = versions.article_id
) AS before
JOIN (SELECT story_id, row_number() OVER (ORDER BY first_seen_at, first_published_at NULLS LAST, story_id) AS age FROM stories) AS aged
    ON aged.story_id = before.story_id
GROUP BY ALL
ORDER BY articles DESC, cluster, age;
