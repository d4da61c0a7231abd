SELECT reason, count(*) AS documents
FROM (SELECT unnest(reasons) AS reason FROM quarantine WHERE resolved_at IS NULL)
GROUP BY ALL
ORDER BY documents DESC, reason
LIMIT 10;
