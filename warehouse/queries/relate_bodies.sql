-- {rows}: row ids, written out so that DuckDB goes to them without a scan.
SELECT rowid, body FROM article_versions WHERE rowid IN ({rows});
