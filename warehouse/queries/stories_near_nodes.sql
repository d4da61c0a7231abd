SELECT node_no, "day", weakest, is_asked, is_dirty FROM near_nodes ORDER BY node_no;
