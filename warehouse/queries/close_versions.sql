UPDATE article_versions SET valid_to = closed.valid_to
FROM closed
WHERE article_versions.article_id = closed.article_id AND article_versions.version = closed.version;
