-- found: what is said to have changed since it was fetched is due again, on top of its own schedule.
UPDATE collected_urls
SET
    modified_at = found.modified_at,
    next_visit_at = CASE WHEN fetched_at < found.modified_at THEN found.found_at ELSE next_visit_at END
FROM found
WHERE
    collected_urls.url = found.url
    AND found.modified_at IS NOT NULL
    AND found.modified_at > coalesce(collected_urls.modified_at, TIMESTAMPTZ '1970-01-01')
    AND found.modified_at <= found.found_at;
