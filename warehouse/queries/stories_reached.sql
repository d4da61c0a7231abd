-- In the order of their words' hashes.
SELECT
    node_no, "day", coalesce(leaf, -1) AS leaf,
    node_no IN (SELECT node_no FROM dirty_nodes) OR coalesce(leaf IN (SELECT leaf FROM gone_nodes), false) AS is_changed
FROM story_nodes SEMI JOIN reached USING (node_no)
ORDER BY place_in_order, node_no;
