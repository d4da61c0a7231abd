-- $most: edits, the latest.  They are chosen first, so that no other bodies are read.
WITH latest AS (
    SELECT article_id, version
    FROM article_versions
    WHERE version > 1
    ORDER BY valid_from DESC, article_id, version DESC
    LIMIT $most
)
SELECT
    source, url, edited_at, change, words_added, title_before, title_after, standfirst_before, standfirst_after,
    authors_before, authors_after,
    CASE WHEN list_contains(change, 'body') THEN body_before END AS body_before,
    CASE WHEN list_contains(change, 'body') THEN body_after END AS body_after
FROM edits
JOIN latest USING (article_id, version)
ORDER BY edited_at DESC, article_id, version DESC;
