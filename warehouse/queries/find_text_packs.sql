SELECT pack, received_at FROM documents WHERE media_type = 'text/plain' GROUP BY ALL ORDER BY received_at, pack;
