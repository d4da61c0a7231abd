SELECT place, node_no FROM fresh_nodes;
