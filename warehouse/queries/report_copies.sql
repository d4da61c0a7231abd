-- $since: groups with an article first seen since then come first.  $most: near-duplicate groups, $outlets: outlets of each.
WITH counted AS (
    SELECT
        coalesce(near_duplicate_of, article_id) AS group_id,
        source,
        count(*) AS articles,
        min(published_at) AS first_at,
        max(first_seen_at) AS last_at
    FROM articles
    GROUP BY ALL
),
largest AS (
    SELECT
        group_id,
        sum(articles)::BIGINT AS articles,
        min(first_at) AS first_published_at,
        max(last_at)::DATE >= $since AS is_recent,
        list({'source': source, 'articles': articles} ORDER BY articles DESC, source)[:$outlets] AS sources
    FROM counted
    GROUP BY group_id
    HAVING sum(articles) > 1
    ORDER BY is_recent DESC, articles DESC, group_id
    LIMIT $most
)
SELECT a.title, a.source, largest.articles, largest.first_published_at, largest.sources
FROM largest
JOIN articles AS a ON a.article_id = largest.group_id
ORDER BY largest.is_recent DESC, largest.articles DESC, largest.group_id;
