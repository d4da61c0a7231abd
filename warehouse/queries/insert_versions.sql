INSERT INTO article_versions BY NAME SELECT * FROM versions;
