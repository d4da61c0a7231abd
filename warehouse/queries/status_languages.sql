SELECT coalesce(language, '(unknown)') AS language, count(*) AS articles
FROM articles
GROUP BY ALL
ORDER BY articles DESC, language
LIMIT 8;
