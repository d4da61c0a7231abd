INSERT INTO runs BY NAME
SELECT
    $run_id AS run_id, $flow_run_id AS flow_run_id, $started_at AS started_at, 'running' AS status, 0 AS inputs,
    0 AS loaded, 0 AS updated, 0 AS unchanged, 0 AS duplicate, 0 AS quarantined,
    $rules_version AS rules_version, $code_version AS code_version;
