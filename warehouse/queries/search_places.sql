-- Where the current versions of found articles stand: narrow columns only, because the scan goes over all articles.
SELECT article_id, rowid FROM article_versions WHERE valid_to IS NULL AND article_id IN ({ids});
