-- regrouped: node_no, place.
SELECT place, term AS column_no, weight FROM story_terms JOIN regrouped USING (node_no);
