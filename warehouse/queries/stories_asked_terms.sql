SELECT place, column_no, weight
FROM story_terms
JOIN asked_terms USING (term)
JOIN near_nodes USING (node_no)
WHERE is_asked;
