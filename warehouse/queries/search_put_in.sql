-- In the order of warehouse/search_index.py, `_put_in`.
SELECT
    article_id, version, loaded_at, source, language, published_on, title,
    concat_ws(chr(10), standfirst, body, list_aggregate([c."text" FOR c IN captions], 'string_agg', chr(10))) AS copy,
    published_at, url
FROM published.article_versions
WHERE valid_to IS NULL AND rowid IN (SELECT place FROM stale WHERE place IS NOT NULL);
