SELECT count(*) FROM (SELECT 1 FROM relate_queue LIMIT 1);
