SELECT run_id, origin, document_id, outcome FROM receipts ANTI JOIN runs USING (run_id);
