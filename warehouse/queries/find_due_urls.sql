-- $since, $until: only what was published on these days, where days are asked for.
-- What has never been fetched comes first, the newest of it before the older; so many of each source at most.
SELECT url, source_id, etag, last_modified, visits, failures, published_at, document_id
FROM collected_urls
WHERE list_contains($source_ids, source_id) AND next_visit_at <= $now
    AND ($since::DATE IS NULL OR coalesce(published_at, modified_at)::DATE >= $since::DATE)
    AND ($until::DATE IS NULL OR coalesce(published_at, modified_at)::DATE <= $until::DATE)
QUALIFY row_number() OVER (PARTITION BY source_id ORDER BY visits > 0, coalesce(published_at, modified_at, found_at) DESC, url) <= $most
ORDER BY visits > 0, coalesce(published_at, modified_at, found_at) DESC, url;
