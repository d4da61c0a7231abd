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
    -- Of the first 400 paragraphs: which are in the one and not in the other is the square of their number.
    list_filter(
        string_split(after.body, chr(10) || chr(10))[:400],
        lambda p: p <> '' AND NOT list_contains(string_split(before.body, chr(10) || chr(10)), p)
    ) AS paragraphs_added,
    list_filter(
        string_split(before.body, chr(10) || chr(10))[:400],
        lambda p: p <> '' AND NOT list_contains(string_split(after.body, chr(10) || chr(10)), p)
    ) AS paragraphs_removed,
    list_filter(
        list_sort(list_distinct(regexp_extract_all(before.body, '\p{Nd}+(?:[.,]\p{Nd}+)*'))),
        lambda f: NOT list_contains(regexp_extract_all(after.body, '\p{Nd}+(?:[.,]\p{Nd}+)*'), f)
    ) AS figures_before,
    list_filter(
        list_sort(list_distinct(regexp_extract_all(after.body, '\p{Nd}+(?:[.,]\p{Nd}+)*'))),
        lambda f: NOT list_contains(regexp_extract_all(before.body, '\p{Nd}+(?:[.,]\p{Nd}+)*'), f)
    ) AS figures_after,
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
COMMENT ON COLUMN edits.paragraphs_added IS 'Paragraphs of the body after that the one before has not, as they are; one that was changed is here and in paragraphs_removed.';
COMMENT ON COLUMN edits.paragraphs_removed IS 'Paragraphs of the body before that the one after has not.';
COMMENT ON COLUMN edits.figures_before IS 'Numbers in the body before that the one after has not.';
COMMENT ON COLUMN edits.figures_after IS 'Numbers in the body after that the one before has not.';
COMMENT ON COLUMN edits.body_before IS 'Body before.';
COMMENT ON COLUMN edits.body_after IS 'Body after.';
