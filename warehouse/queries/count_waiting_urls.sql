-- Addresses of each source that were never fetched and are to be.
SELECT source_id, count(*)
FROM collected_urls
WHERE list_contains($source_ids, source_id) AND visits = 0 AND next_visit_at IS NOT NULL
GROUP BY source_id;
