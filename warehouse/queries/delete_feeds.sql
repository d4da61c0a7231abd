-- feeds: rows that take the place of what is known.
DELETE FROM collected_feeds
USING feeds
WHERE collected_feeds.url = feeds.url AND collected_feeds.source_id = feeds.source_id;
