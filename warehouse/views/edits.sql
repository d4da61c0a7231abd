CREATE OR REPLACE VIEW edits AS
SELECT
    after.article_id,
    after.source,
    after.url,
    after.version,
    after.valid_from AS edited_at,
    after.change,
    before.title AS title_before,
    after.title AS title_after,
    before.standfirst AS standfirst_before,
    after.standfirst AS standfirst_after,
    before.authors AS authors_before,
    after.authors AS authors_after,
    after.word_count - before.word_count AS words_added,
    before.body AS body_before,
    after.body AS body_after
FROM article_versions AS after
JOIN article_versions AS before
    ON before.article_id = after.article_id AND before.version = after.version - 1
-- Says nothing new; the join then reads the bodies of edited articles only.
WHERE after.version > 1 AND before.valid_to IS NOT NULL;
COMMENT ON VIEW edits IS 'A change an outlet made to an article, seen between two versions.';
COMMENT ON COLUMN edits.article_id IS 'The article.';
COMMENT ON COLUMN edits.source IS 'The outlet.';
COMMENT ON COLUMN edits.url IS 'The canonical URL.';
COMMENT ON COLUMN edits.version IS 'The version the edit made.';
COMMENT ON COLUMN edits.edited_at IS 'When the changed copy was received.';
COMMENT ON COLUMN edits.change IS 'Which of title, standfirst, authors and body differ.';
COMMENT ON COLUMN edits.title_before IS 'Title before.';
COMMENT ON COLUMN edits.title_after IS 'Title after.';
COMMENT ON COLUMN edits.standfirst_before IS 'Standfirst before.';
COMMENT ON COLUMN edits.standfirst_after IS 'Standfirst after.';
COMMENT ON COLUMN edits.authors_before IS 'Authors before.';
COMMENT ON COLUMN edits.authors_after IS 'Authors after.';
COMMENT ON COLUMN edits.words_added IS 'Words of the body after, less those before; negative when it was cut.';
COMMENT ON COLUMN edits.body_before IS 'Body before.';
COMMENT ON COLUMN edits.body_after IS 'Body after.';
