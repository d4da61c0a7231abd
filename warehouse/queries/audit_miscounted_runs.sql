-- Run by run and outcome by outcome; a run that died has its counts from its receipts.
SELECT runs.run_id, runs.status, runs.inputs, coalesce(counted.receipts, 0) AS receipts
FROM runs
LEFT JOIN (
    SELECT
        run_id,
        count(*) AS receipts,
        count(DISTINCT "position") AS positions,
        count(*) FILTER (WHERE outcome = 'loaded') AS loaded,
        count(*) FILTER (WHERE outcome = 'updated') AS updated,
        count(*) FILTER (WHERE outcome = 'unchanged') AS unchanged,
        count(*) FILTER (WHERE outcome = 'duplicate') AS duplicate,
        count(*) FILTER (WHERE outcome = 'quarantined') AS quarantined
    FROM receipts
    GROUP BY run_id
) AS counted ON counted.run_id = runs.run_id
WHERE runs.status = 'completed' AND (
    (runs.inputs, runs.inputs, runs.loaded, runs.updated, runs.unchanged, runs.duplicate, runs.quarantined)
    IS DISTINCT FROM (
        coalesce(counted.receipts, 0), coalesce(counted.positions, 0), coalesce(counted.loaded, 0),
        coalesce(counted.updated, 0), coalesce(counted.unchanged, 0), coalesce(counted.duplicate, 0),
        coalesce(counted.quarantined, 0)
    )
);
