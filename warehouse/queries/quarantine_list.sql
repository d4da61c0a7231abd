-- $reason, $source: null means any.
SELECT left(document_id, 12) AS document, quarantined_at, source, reasons, stage, origin, detail
FROM quarantine
WHERE resolved_at IS NULL
  AND ($reason IS NULL OR list_contains(reasons, $reason))
  AND ($source IS NULL OR source = $source)
ORDER BY quarantined_at DESC, origin
LIMIT $limit;
