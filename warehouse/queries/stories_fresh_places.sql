SELECT place FROM fresh_nodes;
