-- $most: runs, the latest.
SELECT
    run_id, started_at, finished_at, status, inputs, loaded, updated, unchanged, duplicate, quarantined, articles_per_second
FROM runs
ORDER BY started_at DESC
LIMIT $most;
