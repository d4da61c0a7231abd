-- The articles that are to be indexed, and the first number that is free.
SELECT
    fresh.article_id, fresh.words_hash, fresh.source, fresh.place,
    (SELECT coalesce(max(article_no), -1) + 1 FROM relate_articles) AS free_no
FROM fresh
ORDER BY article_id;
