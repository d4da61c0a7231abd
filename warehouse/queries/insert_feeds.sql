INSERT INTO collected_feeds BY NAME SELECT * FROM feeds;
