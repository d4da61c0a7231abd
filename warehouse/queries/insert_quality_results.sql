INSERT INTO quality_results BY NAME SELECT * FROM results;
