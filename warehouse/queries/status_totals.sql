SELECT
    (SELECT count(*) FROM articles) AS articles,
    (SELECT count(DISTINCT source) FROM articles) AS sources,
    (SELECT count(*) FROM documents) AS raw_documents,
    (SELECT count(*) FROM quarantine WHERE resolved_at IS NULL) AS in_quarantine,
    (SELECT min(published_at) FROM articles) AS first_published_at,
    (SELECT max(published_at) FROM articles) AS last_published_at,
    (SELECT max(loaded_at) FROM articles) AS last_loaded_at;
