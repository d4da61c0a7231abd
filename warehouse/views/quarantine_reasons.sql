CREATE OR REPLACE VIEW quarantine_reasons AS
SELECT
    reason,
    source,
    count(*) AS documents,
    count(*) FILTER (WHERE resolved_at IS NULL) AS unresolved,
    min(quarantined_at) AS first_quarantined_at,
    max(quarantined_at) AS last_quarantined_at
FROM (SELECT unnest(reasons) AS reason, source, resolved_at, quarantined_at FROM quarantine)
GROUP BY ALL;
COMMENT ON VIEW quarantine_reasons IS 'A reason for refusals at an outlet; a document refused for two reasons counts under both.';
COMMENT ON COLUMN quarantine_reasons.reason IS 'The reason code.';
COMMENT ON COLUMN quarantine_reasons.source IS 'The outlet; null when none is known.';
COMMENT ON COLUMN quarantine_reasons.documents IS 'Documents ever refused for it.';
COMMENT ON COLUMN quarantine_reasons.unresolved IS 'Of these, documents still refused.';
COMMENT ON COLUMN quarantine_reasons.first_quarantined_at IS 'The first refusal for it.';
COMMENT ON COLUMN quarantine_reasons.last_quarantined_at IS 'The last refusal for it.';
