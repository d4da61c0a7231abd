SELECT run_id, rules_version FROM runs WHERE status = 'completed' ORDER BY started_at DESC LIMIT 1;
