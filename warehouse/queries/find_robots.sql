SELECT origin, status, robots, fetched_at FROM collected_hosts;
