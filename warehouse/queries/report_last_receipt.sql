SELECT max(received_at)::DATE AS day, (max(received_at)::DATE >= $since) AS is_recent FROM documents;
