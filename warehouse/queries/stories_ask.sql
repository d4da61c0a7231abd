-- fresh_terms: of the new nodes.  {nearest}: how many links of an article are kept.
INSERT INTO story_terms BY NAME SELECT * FROM fresh_terms ORDER BY node_no;

-- Whose similarities may have changed: those of this part.
CREATE OR REPLACE TEMP TABLE dirty_nodes AS
SELECT node_no FROM story_nodes WHERE article_id IN (SELECT article_id FROM members);

-- Who had one of them among its nearest: where its list was full, another may come up.
CREATE OR REPLACE TEMP TABLE bereaved AS
SELECT node_no, weakest > 0 AS was_full
FROM story_nodes
WHERE node_no NOT IN (SELECT node_no FROM dirty_nodes) AND node_no IN (
    SELECT node_no FROM story_edges
    WHERE other_no IN (SELECT node_no FROM dirty_nodes UNION ALL SELECT node_no FROM gone_nodes)
);

CREATE OR REPLACE TEMP TABLE asked_nodes AS
SELECT node_no, true AS is_dirty FROM dirty_nodes
UNION ALL
SELECT node_no, false AS is_dirty FROM bereaved WHERE was_full;

DELETE FROM story_edges
WHERE node_no IN (SELECT node_no FROM asked_nodes UNION ALL SELECT node_no FROM gone_nodes)
    OR other_no IN (SELECT node_no FROM dirty_nodes UNION ALL SELECT node_no FROM gone_nodes);
UPDATE story_nodes SET weakest = 0 WHERE node_no IN (SELECT node_no FROM asked_nodes);
