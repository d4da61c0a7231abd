SELECT articles.article_id, articles.near_duplicate_of
FROM articles
LEFT JOIN articles AS representative ON representative.article_id = articles.near_duplicate_of
WHERE articles.near_duplicate_of = articles.article_id
    OR (articles.near_duplicate_of IS NOT NULL AND representative.article_id IS NULL)
    OR representative.near_duplicate_of IS NOT NULL;
