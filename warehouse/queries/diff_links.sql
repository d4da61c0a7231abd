SELECT kind, similarity, shared_words
FROM article_links
WHERE (article_id, other_id) IN (($one, $other), ($other, $one))
ORDER BY kind;
