SELECT source_id, url, read_at IS NOT NULL AS is_read, failures
FROM backfill_sitemaps
WHERE list_contains($source_ids, source_id)
ORDER BY failures, source_id, url;
