-- placed: node_no, component, leaf; clusters: node_no, cluster, centrality; named: cluster, story_id; moved: story_changes.
UPDATE story_nodes SET component = placed.component, leaf = placed.leaf
FROM placed
WHERE placed.node_no = story_nodes.node_no
    AND (story_nodes.component, story_nodes.leaf) IS DISTINCT FROM (placed.component, placed.leaf);

-- Stories whose articles, or what is told of them, may have changed.
CREATE OR REPLACE TEMP TABLE told_anew AS
SELECT story_id FROM gone_nodes WHERE story_id IS NOT NULL
UNION
SELECT story_id FROM story_nodes WHERE story_id IS NOT NULL AND node_no IN (SELECT node_no FROM clusters)
UNION
SELECT story_id FROM stories_before WHERE story_id IS NOT NULL
UNION
SELECT story_id FROM article_versions WHERE story_id IS NOT NULL AND article_id IN (SELECT article_id FROM members)
UNION
SELECT story_id FROM named;

UPDATE story_nodes SET story_id = named.story_id, centrality = clusters.centrality
FROM clusters JOIN named USING (cluster)
WHERE clusters.node_no = story_nodes.node_no;

UPDATE article_versions SET story_id = settled.story_id
FROM (
    SELECT versions.article_id, story_nodes.story_id
    FROM clusters
    JOIN story_nodes USING (node_no)
    JOIN article_versions AS versions
        ON coalesce(versions.near_duplicate_of, versions.article_id) = story_nodes.article_id AND versions.valid_to IS NULL
    WHERE versions.story_id IS DISTINCT FROM story_nodes.story_id
) AS settled
WHERE settled.article_id = article_versions.article_id AND article_versions.valid_to IS NULL;

CREATE OR REPLACE TEMP TABLE known_stories AS
SELECT story_id, first_seen_at FROM stories SEMI JOIN told_anew USING (story_id);
DELETE FROM stories WHERE story_id IN (SELECT story_id FROM told_anew);
INSERT INTO stories BY NAME
SELECT
    versions.story_id,
    -- The most central; of its copies the one that stands for them; then by words.
    coalesce(
        first(versions.title ORDER BY centrality DESC, place_in_order, near_duplicate_of IS NOT NULL, versions.article_id)
            FILTER (versions.title IS NOT NULL),
        first(regexp_extract(versions.body, '^\s*(?:\S+\s+){{0,11}}\S{{1,60}}') ORDER BY centrality DESC, place_in_order, near_duplicate_of IS NOT NULL)
    ) AS title,
    min(published_at) AS first_published_at,
    max(published_at) AS last_published_at,
    count(*)::INTEGER AS article_count,
    count(DISTINCT source)::INTEGER AS source_count,
    coalesce(any_value(known_stories.first_seen_at), now()) AS first_seen_at
FROM article_versions AS versions
JOIN story_nodes ON story_nodes.article_id = coalesce(versions.near_duplicate_of, versions.article_id)
LEFT JOIN known_stories ON known_stories.story_id = versions.story_id
WHERE versions.valid_to IS NULL AND versions.story_id IN (SELECT story_id FROM told_anew)
GROUP BY versions.story_id;

INSERT INTO story_changes BY NAME SELECT now() AS changed_at, * FROM moved;
