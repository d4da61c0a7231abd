SELECT document_id, origin, reasons, quarantined_at FROM quarantine ANTI JOIN documents USING (document_id, origin);
