-- One row: DuckDB 1.5.5 finds it without reading the others, which it does not for a list of more than four.
SELECT
    article_id, version, published_at, published_on, source, language, title, url,
    concat_ws(chr(10), standfirst, body, list_aggregate([c."text" FOR c IN captions], 'string_agg', chr(10))) AS copy
FROM article_versions
WHERE rowid = {row}
