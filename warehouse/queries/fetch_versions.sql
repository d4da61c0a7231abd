-- {rows}: which.  {body}: the column, or ''.
SELECT
    document_id, origin, title, standfirst, authors, published_at, source, url, {body} AS body,
    article_id, version, body_hash, first_seen_at, valid_from, change
FROM article_versions
WHERE {rows};
