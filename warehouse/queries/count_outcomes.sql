SELECT outcome, count(*) FROM receipts WHERE run_id = ? GROUP BY outcome;
