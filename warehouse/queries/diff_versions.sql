SELECT "version", valid_from, title, standfirst, authors, body
FROM article_versions
WHERE article_id = $article_id
ORDER BY "version";
