-- What came of the documents of a run, by outlet.  What was forgotten has none.
SELECT
    coalesce(a.source, d.source) AS source,
    count(*) AS documents,
    count(*) FILTER (r.outcome = 'loaded') AS loaded,
    count(*) FILTER (r.outcome = 'updated') AS updated,
    count(*) FILTER (r.outcome = 'unchanged') AS unchanged,
    count(*) FILTER (r.outcome = 'duplicate') AS duplicate,
    count(*) FILTER (r.outcome = 'quarantined') AS quarantined
FROM receipts AS r
LEFT JOIN (SELECT DISTINCT document_id, origin, source FROM documents) AS d ON d.document_id = r.document_id AND d.origin = r.origin
LEFT JOIN articles AS a ON a.article_id = r.article_id
WHERE r.run_id = $run_id
GROUP BY ALL
ORDER BY documents DESC, source
LIMIT 200;
