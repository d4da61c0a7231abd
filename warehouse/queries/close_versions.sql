-- Only current versions are related to others.
UPDATE article_versions SET valid_to = closed.valid_to, near_duplicate_of = NULL, story_id = NULL
FROM closed
WHERE article_versions.article_id = closed.article_id AND article_versions.version = closed.version;
