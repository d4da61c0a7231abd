-- Of the kinds that hold both ways one row a pair, with the smaller id first; of the others one row a pair at all.
SELECT least(article_id, other_id) AS article_id, greatest(article_id, other_id) AS other_id, count(*) AS links
FROM article_links
GROUP BY ALL
HAVING count(*) > 1 OR bool_or(kind IN ('same_text', 'near_duplicate') AND article_id > other_id);
