CREATE OR REPLACE VIEW story_coverage AS
SELECT
    stories.story_id,
    stories.title AS story_title,
    articles.source,
    row_number() OVER (
        PARTITION BY stories.story_id ORDER BY min(articles.published_at) NULLS LAST, articles.source NULLS LAST
    ) AS place,
    count(*) AS articles,
    min(articles.published_at) AS first_published_at,
    max(articles.published_at) AS last_published_at,
    epoch(min(articles.published_at) - stories.first_published_at) / 3600 AS hours_behind,
    first(articles.article_id ORDER BY articles.published_at NULLS LAST, articles.article_id) AS first_article_id,
    first(articles.title ORDER BY articles.published_at NULLS LAST, articles.article_id) AS first_title
FROM stories
JOIN articles ON articles.story_id = stories.story_id
GROUP BY stories.story_id, stories.title, stories.first_published_at, articles.source;
COMMENT ON VIEW story_coverage IS 'What an outlet published on a story, and how long after the first.';
COMMENT ON COLUMN story_coverage.story_id IS 'The story.';
COMMENT ON COLUMN story_coverage.story_title IS 'Title of the story.';
COMMENT ON COLUMN story_coverage.source IS 'The outlet; null when none is known.';
COMMENT ON COLUMN story_coverage.place IS '1 for the outlet that had it first, 2 for the next; undated ones come last.';
COMMENT ON COLUMN story_coverage.articles IS 'Its articles on the story.';
COMMENT ON COLUMN story_coverage.first_published_at IS 'Its first article on the story.';
COMMENT ON COLUMN story_coverage.last_published_at IS 'Its last article on the story.';
COMMENT ON COLUMN story_coverage.hours_behind IS 'Hours from the first publication anywhere to its first.';
COMMENT ON COLUMN story_coverage.first_article_id IS 'That article.';
COMMENT ON COLUMN story_coverage.first_title IS 'Its headline.';
