-- $since, $until: the first and the last day.  $most: reasons, $samples: documents of each, the latest.
WITH refused AS (
    SELECT unnest(reasons) AS reason, origin, source, detail, quarantined_at
    FROM quarantine
    WHERE resolved_at IS NULL
)
SELECT
    reason,
    count(*) AS documents,
    count(*) FILTER (WHERE quarantined_at::DATE BETWEEN $since AND $until) AS in_period,
    count(DISTINCT source) AS sources,
    max_by(
        {'origin': origin, 'source': source, 'detail': detail, 'quarantined_at': quarantined_at},
        quarantined_at,
        $samples::BIGINT
    ) AS samples
FROM refused
GROUP BY reason
ORDER BY documents DESC, reason
LIMIT $most;
