DELETE FROM collected_feeds WHERE url = $url AND source_id = $source_id;
