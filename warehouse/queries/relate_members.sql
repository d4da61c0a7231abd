-- In the order in which they would stand for their group: published first, then the fullest, then by id.
SELECT article_id, body_hash, near_duplicate_of
FROM article_versions
WHERE valid_to IS NULL AND article_id IN (SELECT article_id FROM members)
ORDER BY
    published_at NULLS LAST,
    word_count DESC,
    (title IS NULL)::INTEGER + (standfirst IS NULL)::INTEGER + (len(authors) = 0)::INTEGER + (url IS NULL)::INTEGER,
    article_id;
