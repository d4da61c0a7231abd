-- asked: article_id.  Other articles with words of these: who copied them, contains or quotes them, or is quoted.
SELECT l.kind, l.similarity, l.article_id AS related_to, a.article_id, a.source, a.title, a.url
FROM (
    SELECT article_id, other_id, kind, similarity FROM article_links
    UNION ALL
    SELECT other_id, article_id, kind, similarity FROM article_links
) AS l
JOIN articles AS a ON a.article_id = l.other_id
WHERE l.article_id IN (SELECT article_id FROM asked) AND l.other_id NOT IN (SELECT article_id FROM asked)
ORDER BY l.similarity DESC, a.article_id;
