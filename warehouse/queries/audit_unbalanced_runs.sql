SELECT run_id, status, inputs, loaded, updated, unchanged, duplicate, quarantined
FROM runs
WHERE status = 'completed' AND inputs <> loaded + updated + unchanged + duplicate + quarantined;
