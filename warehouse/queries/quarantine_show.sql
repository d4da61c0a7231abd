-- $document: a document id, its beginning (in hex), or an origin.
SELECT q.document_id, q.origin, q.source, q.reasons, q.stage, q.detail, q.run_id, q.quarantined_at, q.resolved_at,
       d.media_type, d.size_bytes, d.received_at, d.pack
FROM quarantine AS q
LEFT JOIN documents AS d ON d.document_id = q.document_id AND d.origin = q.origin
WHERE q.origin = $document OR starts_with(q.document_id, lower($document))
ORDER BY q.quarantined_at DESC
LIMIT 20;
