-- Articles that are not in the index of copies as they are, and what is in it of none; what still waits is no fault.
SELECT coalesce(articles.article_id, indexed.article_id) AS article_id, articles.body_hash, indexed.article_no
FROM articles
FULL JOIN relate_articles AS indexed ON indexed.article_id = articles.article_id
    AND indexed.words_hash = ('0x' || articles.body_hash[:16])::UBIGINT AND indexed.source IS NOT DISTINCT FROM articles.source
WHERE (articles.article_id IS NULL OR indexed.article_id IS NULL)
    AND NOT EXISTS (SELECT 1 FROM relate_queue);
