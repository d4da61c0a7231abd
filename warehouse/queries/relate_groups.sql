-- grouped: article_id, near_duplicate_of; those for which it has changed.
UPDATE article_versions SET near_duplicate_of = grouped.near_duplicate_of
FROM grouped
WHERE article_versions.article_id = grouped.article_id AND article_versions.valid_to IS NULL;
