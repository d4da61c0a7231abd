-- rewritten: whole rows for versions that are there.  What relates them to other articles is kept.
CREATE OR REPLACE TEMP TABLE kept AS
SELECT article_id, version, near_duplicate_of, story_id
FROM article_versions SEMI JOIN rewritten USING (article_id, version);

DELETE FROM article_versions USING rewritten
WHERE article_versions.article_id = rewritten.article_id AND article_versions.version = rewritten.version;

INSERT INTO article_versions BY NAME
SELECT rewritten.*, kept.near_duplicate_of, kept.story_id
FROM rewritten LEFT JOIN kept USING (article_id, version);

DROP TABLE kept;
