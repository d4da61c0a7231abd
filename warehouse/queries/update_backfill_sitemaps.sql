-- feeds: what was asked for, and whether it came.
UPDATE backfill_sitemaps SET read_at = feeds.fetched_at, failures = feeds.failures
FROM feeds
WHERE backfill_sitemaps.source_id = feeds.source_id AND backfill_sitemaps.url = feeds.url;
