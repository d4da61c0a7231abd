-- Articles that a run loaded or updated, those of which the cleaning is least sure first.
SELECT title, source, url, origin, word_count, round(confidence, 2) AS confidence
FROM articles
WHERE run_id = $run_id
ORDER BY confidence, article_id
LIMIT 5;
