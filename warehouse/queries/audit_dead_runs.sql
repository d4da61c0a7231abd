-- $idle_at: when nobody held the writer's place; null when somebody did.
SELECT run_id, flow_run_id, started_at FROM runs WHERE status = 'running' AND started_at < $idle_at::TIMESTAMPTZ;
