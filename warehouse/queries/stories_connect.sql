-- found: node_no, other_no, similarity; pairs that are similar enough, and may be among the nearest.
CREATE OR REPLACE TEMP TABLE rewired AS
SELECT DISTINCT node_no FROM found;

CREATE OR REPLACE TEMP TABLE rewired_edges AS
SELECT edges.node_no, other_no, similarity
FROM (
    SELECT node_no, other_no, similarity FROM story_edges SEMI JOIN rewired USING (node_no)
    UNION ALL
    SELECT node_no, other_no, similarity FROM found
) AS edges
JOIN story_nodes AS other ON other.node_no = edges.other_no
QUALIFY row_number() OVER (PARTITION BY edges.node_no ORDER BY similarity DESC, place_in_order) <= {nearest};

DELETE FROM story_edges WHERE node_no IN (SELECT node_no FROM rewired);
INSERT INTO story_edges BY NAME SELECT * FROM rewired_edges;
UPDATE story_nodes SET weakest = full_lists.weakest
FROM (SELECT node_no, min(similarity) AS weakest FROM rewired_edges GROUP BY node_no HAVING count(*) = {nearest}) AS full_lists
WHERE full_lists.node_no = story_nodes.node_no AND full_lists.weakest <> story_nodes.weakest;

-- What hangs together may have changed where a list has, or a node of it is gone.
CREATE OR REPLACE TEMP TABLE reached AS
WITH touched_nodes AS (
    SELECT node_no FROM asked_nodes UNION SELECT node_no FROM bereaved UNION SELECT node_no FROM rewired
),
near AS (
    SELECT node_no FROM touched_nodes UNION SELECT other_no FROM story_edges SEMI JOIN touched_nodes USING (node_no)
),
components AS (
    SELECT component FROM story_nodes SEMI JOIN near USING (node_no) UNION SELECT component FROM gone_nodes
)
SELECT node_no
FROM story_nodes
WHERE node_no IN (SELECT node_no FROM dirty_nodes)
    OR component IN (SELECT component FROM components WHERE component IS NOT NULL);
