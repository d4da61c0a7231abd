CREATE OR REPLACE VIEW coverage_daily AS
SELECT
    published_on AS day,
    source,
    count(*) AS articles,
    count(*) FILTER (WHERE near_duplicate_of IS NULL) AS unique_articles,
    sum(word_count)::BIGINT AS words
FROM articles
WHERE published_on IS NOT NULL
GROUP BY ALL;
COMMENT ON VIEW coverage_daily IS 'What an outlet published on a day.';
COMMENT ON COLUMN coverage_daily.day IS 'The day, as printed by the outlet.';
COMMENT ON COLUMN coverage_daily.source IS 'The outlet; null when none is known.';
COMMENT ON COLUMN coverage_daily.articles IS 'Articles.';
COMMENT ON COLUMN coverage_daily.unique_articles IS 'Articles that are not a near-duplicate of another.';
COMMENT ON COLUMN coverage_daily.words IS 'Words of their bodies.';
