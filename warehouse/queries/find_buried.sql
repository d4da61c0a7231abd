-- $name: an article id or its beginning; $keys: hashes of what else was named.
SELECT DISTINCT tombstones.article_id, forgotten_at
FROM tombstones
LEFT JOIN tombstone_keys USING (article_id)
WHERE starts_with(tombstones.article_id, lower($name)) OR list_contains($keys, tombstone_keys."key")
ORDER BY ALL;
