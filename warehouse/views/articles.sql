-- Column comments are those of article_versions (warehouse/migrate.py sets them).
CREATE OR REPLACE VIEW articles AS
SELECT * EXCLUDE (valid_from, valid_to, change)
FROM article_versions
WHERE valid_to IS NULL;
COMMENT ON VIEW articles IS 'The current version of an article.';
