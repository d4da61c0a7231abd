SELECT
    article_id, version, loaded_at, source, language,
    (year(published_on) * 10000 + month(published_on) * 100 + day(published_on))::BIGINT AS published_on, title,
    concat_ws(' ' || chr(10), title, standfirst, body, list_aggregate([c."text" FOR c IN captions], 'string_agg', chr(10)))
FROM published.article_versions
WHERE valid_to IS NULL AND rowid IN (SELECT place FROM stale WHERE place IS NOT NULL);
