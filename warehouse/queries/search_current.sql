SELECT article_id, version FROM article_versions WHERE valid_to IS NULL AND article_id IN ({ids});
