-- How many documents each pack holds, and when they were received.
SELECT pack, max(received_at) AS received_at, count(*) AS documents FROM documents GROUP BY pack;
