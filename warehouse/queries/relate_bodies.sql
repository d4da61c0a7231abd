-- {rows}: which.
SELECT rowid, body FROM article_versions WHERE {rows};
