INSERT INTO collections BY NAME SELECT * FROM incoming;
