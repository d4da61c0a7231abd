SELECT published_on AS day, count(*) AS articles
FROM articles
WHERE published_on IS NOT NULL
GROUP BY ALL
ORDER BY day;
