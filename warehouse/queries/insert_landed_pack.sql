INSERT INTO landed_packs VALUES (?);
