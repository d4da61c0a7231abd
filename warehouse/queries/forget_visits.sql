-- A run died before the pack was in its place: its addresses were as good as never fetched.
UPDATE collected_urls
SET next_visit_at = found_at, fetched_at = NULL, etag = NULL, last_modified = NULL, document_id = NULL, pack = NULL
WHERE pack = ?;
