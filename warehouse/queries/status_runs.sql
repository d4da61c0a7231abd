SELECT
    run_id, started_at, status, inputs, loaded, updated, unchanged, duplicate, quarantined,
    inputs = loaded + updated + unchanged + duplicate + quarantined AS balanced,
    round(articles_per_second, 1) AS articles_per_second
FROM runs
ORDER BY started_at DESC
LIMIT 5;
