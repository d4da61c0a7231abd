-- {rows}: the articles by whose first words stories are called that have no headline.  Bodies are read of these only.
UPDATE stories SET title = worded.title
FROM (
    SELECT told_stories.story_id, regexp_extract(body, '^\s*(?:\S+\s+){{0,11}}\S{{1,60}}') AS title
    FROM article_versions JOIN told_stories ON told_stories.place = article_versions.rowid
    WHERE {rows}
) AS worded
WHERE worded.story_id = stories.story_id;
