SELECT one_no, other_no FROM candidates;
