-- asked: article_id.  Where all versions stand.
SELECT rowid FROM article_versions WHERE article_id IN (SELECT article_id FROM asked);
