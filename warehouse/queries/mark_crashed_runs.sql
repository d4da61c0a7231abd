-- For the process that holds the writer's place: nobody else can be running.
UPDATE runs SET
    status = 'crashed',
    inputs = counts.inputs,
    loaded = counts.loaded,
    updated = counts.updated,
    unchanged = counts.unchanged,
    duplicate = counts.duplicate,
    quarantined = counts.quarantined
FROM (
    SELECT
        running.run_id,
        count(receipts.run_id) AS inputs,
        count(*) FILTER (WHERE outcome = 'loaded') AS loaded,
        count(*) FILTER (WHERE outcome = 'updated') AS updated,
        count(*) FILTER (WHERE outcome = 'unchanged') AS unchanged,
        count(*) FILTER (WHERE outcome = 'duplicate') AS duplicate,
        count(*) FILTER (WHERE outcome = 'quarantined') AS quarantined
    FROM runs AS running
    LEFT JOIN receipts ON receipts.run_id = running.run_id
    WHERE running.status = 'running'
    GROUP BY running.run_id
) AS counts
WHERE runs.run_id = counts.run_id;
