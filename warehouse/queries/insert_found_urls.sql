-- found: addresses that a feed or sitemap names, each once; `most`: how many of its source may be remembered.
INSERT INTO collected_urls BY NAME
SELECT url, source_id, source, found_at, published_at, modified_at, found_at AS next_visit_at, 0 AS visits, 0 AS failures
FROM found
ANTI JOIN collected_urls USING (url)
-- What was taken down is not asked for again.
WHERE sha256(url) NOT IN (SELECT "key" FROM tombstone_keys WHERE kind = 'url')
QUALIFY row_number() OVER (PARTITION BY source_id ORDER BY coalesce(published_at, modified_at) DESC NULLS LAST, url) <= most
RETURNING source_id;
