-- $since: groups with an article first seen since then come first.  $most: near-duplicate groups, $outlets: outlets of each.
-- Most articles are no copies, and have none: left out at once, because a million groups do not fit into a reader's memory.
WITH members AS (
    SELECT coalesce(near_duplicate_of, article_id) AS group_id, source, published_at, first_seen_at
    FROM articles
    WHERE near_duplicate_of IS NOT NULL OR article_id IN (SELECT near_duplicate_of FROM articles WHERE near_duplicate_of IS NOT NULL)
),
largest AS (
    SELECT
        group_id,
        count(*) AS articles,
        min(published_at) AS first_published_at,
        max(first_seen_at)::DATE >= $since AS is_recent
    FROM members
    GROUP BY group_id
    HAVING count(*) > 1
    ORDER BY is_recent DESC, articles DESC, group_id
    LIMIT $most
),
outlets AS (
    SELECT group_id, list({'source': source, 'articles': articles} ORDER BY articles DESC, source)[:$outlets] AS sources
    FROM (SELECT group_id, source, count(*) AS articles FROM members WHERE group_id IN (SELECT group_id FROM largest) GROUP BY ALL)
    GROUP BY group_id
)
SELECT a.title, a.source, largest.articles, largest.first_published_at, outlets.sources
FROM largest
JOIN outlets USING (group_id)
JOIN articles AS a ON a.article_id = largest.group_id
ORDER BY largest.is_recent DESC, largest.articles DESC, largest.group_id;
