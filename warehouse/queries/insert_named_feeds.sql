-- named: sitemaps of an index that are to be asked for, by this run or by one to come.
UPDATE collected_feeds SET next_visit_at = named.next_visit_at
FROM named
WHERE collected_feeds.url = named.url AND collected_feeds.source_id = named.source_id;
INSERT INTO collected_feeds BY NAME
SELECT url, source_id, next_visit_at, 0 AS failures
FROM named
ANTI JOIN collected_feeds USING (url, source_id);
