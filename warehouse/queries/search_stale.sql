-- What the index has that the warehouse (attached as published) has not, or not any more, or the other way round.  A row
-- that is written anew gets another loaded_at.
CREATE OR REPLACE TEMP TABLE stale AS
SELECT coalesce(current.article_id, indexed.article_id) AS article_id, place
FROM (
    SELECT article_id, version, loaded_at, rowid AS place FROM published.article_versions WHERE valid_to IS NULL
) AS current
FULL JOIN indexed USING (article_id)
WHERE current.version IS DISTINCT FROM indexed.version OR current.loaded_at IS DISTINCT FROM indexed.loaded_at;
