SELECT a.articles, a.words, a.sources, d.documents, q.refused, e.edits, a.copies, a.undated, d.last_received_at
FROM (
    SELECT
        count(*) AS articles,
        coalesce(sum(word_count), 0)::BIGINT AS words,
        count(DISTINCT source) AS sources,
        count(near_duplicate_of) AS copies,
        count(*) FILTER (WHERE published_on IS NULL) AS undated
    FROM articles
) AS a
CROSS JOIN (SELECT count(*) AS documents, max(received_at) AS last_received_at FROM documents) AS d
CROSS JOIN (SELECT count(*) AS refused FROM quarantine WHERE resolved_at IS NULL) AS q
CROSS JOIN (SELECT count(*) AS edits FROM article_versions WHERE version > 1) AS e;
