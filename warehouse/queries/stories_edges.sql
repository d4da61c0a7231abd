SELECT node_no, other_no, similarity FROM story_edges SEMI JOIN reached USING (node_no);
