-- {rows}: which.
SELECT rowid, title, standfirst, body, "language" FROM article_versions WHERE {rows};
