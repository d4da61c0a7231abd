-- asked: article_id.  Where the current versions stand: narrow columns only, because the scan goes over all articles.
SELECT article_id, rowid FROM article_versions
WHERE valid_to IS NULL AND article_id IN (SELECT article_id FROM asked);
