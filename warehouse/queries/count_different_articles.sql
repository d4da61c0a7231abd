SELECT source, count(*) FROM different_articles WHERE source IN (SELECT source FROM counted_lines) GROUP BY source;
