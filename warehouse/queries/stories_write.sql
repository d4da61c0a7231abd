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

CREATE OR REPLACE TEMP TABLE settled AS
SELECT versions.rowid AS place, nodes.story_id
FROM article_versions AS versions
JOIN (SELECT article_id, story_id FROM story_nodes WHERE node_no IN (SELECT node_no FROM clusters)) AS nodes
    ON nodes.article_id = coalesce(versions.near_duplicate_of, versions.article_id)
WHERE versions.valid_to IS NULL AND versions.story_id IS DISTINCT FROM nodes.story_id;
UPDATE article_versions SET story_id = settled.story_id FROM settled WHERE settled.place = article_versions.rowid;

CREATE OR REPLACE TEMP TABLE known_stories AS
SELECT story_id, first_seen_at FROM stories SEMI JOIN told_anew USING (story_id);
CREATE OR REPLACE TEMP TABLE told_articles AS
SELECT
    rowid AS place, article_id, coalesce(near_duplicate_of, article_id) AS standing_id, near_duplicate_of IS NOT NULL AS is_copy,
    story_id, title, published_at, source
FROM article_versions
WHERE valid_to IS NULL AND story_id IN (SELECT story_id FROM told_anew);
CREATE OR REPLACE TEMP TABLE told_stories AS
SELECT
    told_articles.story_id,
    -- The most central; of its copies the one that stands for them.
    first(title ORDER BY centrality DESC, place_in_order, is_copy, told_articles.article_id) FILTER (title IS NOT NULL) AS title,
    min(published_at) AS first_published_at,
    max(published_at) AS last_published_at,
    count(*)::INTEGER AS article_count,
    count(DISTINCT source)::INTEGER AS source_count,
    coalesce(any_value(known_stories.first_seen_at), now()) AS first_seen_at,
    first(told_articles.place ORDER BY centrality DESC, place_in_order, is_copy, told_articles.article_id) AS place
FROM told_articles
JOIN (
    SELECT article_id, centrality, place_in_order
    FROM story_nodes
    WHERE article_id IN (SELECT standing_id FROM told_articles)
) AS nodes ON nodes.article_id = told_articles.standing_id
LEFT JOIN known_stories ON known_stories.story_id = told_articles.story_id
GROUP BY told_articles.story_id;
DELETE FROM stories WHERE story_id IN (SELECT story_id FROM told_anew);
INSERT INTO stories BY NAME SELECT * EXCLUDE (place) FROM told_stories;

INSERT INTO story_changes BY NAME SELECT now() AS changed_at, * FROM moved;
