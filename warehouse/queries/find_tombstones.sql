-- asked: row, kind, key.
SELECT asked.row, tombstone_keys.article_id, tombstone_keys.source
FROM asked
JOIN tombstone_keys ON tombstone_keys."key" = asked."key" AND tombstone_keys.kind = asked.kind
ORDER BY ALL;
