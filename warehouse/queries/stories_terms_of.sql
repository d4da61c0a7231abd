-- looked_at: node_no, place, in the order of both.
SELECT place, column_no, weight
FROM story_terms
JOIN looked_at USING (node_no)
JOIN asked_terms USING (term)
WHERE node_no BETWEEN (SELECT min(node_no) FROM looked_at) AND (SELECT max(node_no) FROM looked_at);
