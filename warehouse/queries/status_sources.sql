SELECT
    coalesce(source, '(none named)') AS source,
    count(*) AS articles,
    max(published_at) AS last_published_at,
    round(avg(word_count))::INTEGER AS mean_words,
    count(*) FILTER (WHERE len(flags) > 0) AS with_flags,
    count(*) FILTER (WHERE list_contains(flags, 'publisher_rule_missed')) AS rules_missed
FROM articles
GROUP BY ALL
ORDER BY articles DESC, source
LIMIT 10;
