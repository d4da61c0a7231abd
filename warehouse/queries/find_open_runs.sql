SELECT flow_run_id FROM runs WHERE status = 'running' AND flow_run_id IS NOT NULL;
