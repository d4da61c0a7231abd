SELECT max(received_at) FROM documents;
