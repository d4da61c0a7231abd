-- asked: row, kind, key.
SELECT asked.row, article_keys.article_id
FROM asked
JOIN article_keys ON article_keys."key" = asked."key" AND article_keys.kind = asked.kind;
