SELECT article_id, other_id, kind
FROM article_links
WHERE article_id NOT IN (SELECT article_id FROM article_versions)
    OR other_id NOT IN (SELECT article_id FROM article_versions)
    OR article_id = other_id;
