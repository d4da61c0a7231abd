INSERT INTO source_lines BY NAME SELECT * FROM known_lines ORDER BY source, documents DESC, line;
