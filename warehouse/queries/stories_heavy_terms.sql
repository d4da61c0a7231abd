-- Of the nodes $first to $last the terms in question that weigh $least or more.
SELECT node_no AS place, column_no, weight
FROM story_terms
JOIN asked_terms USING (term)
WHERE node_no BETWEEN $first AND $last AND weight >= $least;
