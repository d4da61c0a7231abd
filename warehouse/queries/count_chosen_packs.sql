SELECT pack, count(*), sum(size_bytes)
FROM chosen
GROUP BY pack
ORDER BY min(received_at), pack;
