-- The terms in question of the nodes $first to $last.
SELECT place, column_no, weight
FROM story_terms
JOIN asked_terms USING (term)
JOIN near_nodes USING (node_no)
WHERE story_terms.node_no BETWEEN $first AND $last;
