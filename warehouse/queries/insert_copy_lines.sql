INSERT INTO copy_lines BY NAME SELECT * FROM incoming_lines;
