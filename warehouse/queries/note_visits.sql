-- visits: an address each.  What came stays known when it cannot be had for a while.
UPDATE collected_urls SET
    next_visit_at = visits.next_visit_at,
    visits = collected_urls.visits + (visits.came)::INTEGER,
    failures = CASE WHEN visits.outcome = 'failed' THEN collected_urls.failures + 1 ELSE 0 END,
    fetched_at = CASE WHEN visits.came THEN visits.visited_at ELSE fetched_at END,
    changed_at = CASE WHEN visits.document_id IS NOT NULL THEN visits.visited_at ELSE changed_at END,
    status = visits.status,
    outcome = visits.outcome,
    detail = visits.detail,
    etag = CASE WHEN visits.came THEN coalesce(visits.etag, collected_urls.etag) ELSE collected_urls.etag END,
    last_modified = CASE
        WHEN visits.came THEN coalesce(visits.last_modified, collected_urls.last_modified)
        ELSE collected_urls.last_modified
    END,
    document_id = coalesce(visits.document_id, collected_urls.document_id),
    pack = visits.pack,
    gone_at = CASE WHEN visits.outcome = 'gone' THEN coalesce(gone_at, visits.visited_at) WHEN visits.came THEN NULL ELSE gone_at END
FROM visits
WHERE collected_urls.url = visits.url;
