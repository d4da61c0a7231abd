SELECT count(*) FROM article_versions WHERE version > 1;
