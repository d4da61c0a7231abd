SELECT url, source_id, kind, fetched_at, next_visit_at, failures, etag, last_modified
FROM collected_feeds
WHERE list_contains($source_ids, source_id);
