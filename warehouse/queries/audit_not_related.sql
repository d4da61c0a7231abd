SELECT body_hash, count(*) AS times FROM relate_queue GROUP BY body_hash;
