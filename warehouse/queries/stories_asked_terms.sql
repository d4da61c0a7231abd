SELECT node_no AS place, column_no, weight FROM asked_entries JOIN asked_terms USING (term);
