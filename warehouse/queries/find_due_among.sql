-- asked: addresses that a feed or sitemap names.
SELECT u.url, u.source_id, u.etag, u.last_modified, u.visits, u.failures, u.published_at, u.document_id
FROM collected_urls AS u
JOIN asked ON asked.url = u.url
WHERE u.next_visit_at <= $now
ORDER BY u.visits > 0, coalesce(u.published_at, u.modified_at, u.found_at) DESC, u.url;
