-- $since: those that still went on then come first.  $most: stories, $outlets: outlets of each.
WITH largest AS (
    SELECT *, coalesce(last_published_at::DATE >= $since, false) AS is_recent
    FROM stories
    WHERE article_count > 1
    ORDER BY is_recent DESC, article_count DESC, source_count DESC, last_published_at DESC, story_id
    LIMIT $most
)
SELECT
    any_value(largest.title) AS title,
    any_value(largest.first_published_at) AS first_published_at,
    any_value(largest.last_published_at) AS last_published_at,
    any_value(largest.article_count) AS articles,
    any_value(largest.source_count) AS sources,
    list(
        {'source': c.source, 'articles': c.articles, 'hours_behind': c.hours_behind}
        ORDER BY c.articles DESC, c.hours_behind, c.source
    )[:$outlets] AS coverage
FROM largest
JOIN story_coverage AS c ON c.story_id = largest.story_id
GROUP BY largest.story_id
ORDER BY bool_or(largest.is_recent) DESC, articles DESC, sources DESC, last_published_at DESC, largest.story_id;
