-- Every article of a candidate pair, and where its current version stands.
SELECT
    relate_articles.article_no, article_id, relate_articles.source, relate_articles.is_form, published_at,
    article_versions.rowid AS place
FROM relate_articles
JOIN article_versions USING (article_id)
WHERE article_versions.valid_to IS NULL AND relate_articles.article_no IN (
    SELECT one_no FROM candidates UNION SELECT other_no FROM candidates
)
-- Ids depend on which document came first; where nothing else tells two articles apart, their words do.
ORDER BY article_versions.body_hash, article_id;
