DELETE FROM source_lines;
