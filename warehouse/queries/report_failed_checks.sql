-- $since, $until: the first and the last day.  $most: expectations.
SELECT
    expectation,
    severity,
    count(*) AS batches,
    sum(checked)::BIGINT AS checked,
    sum(unexpected)::BIGINT AS unexpected,
    flatten(list(sample))[:3] AS sample
FROM quality_results
JOIN runs USING (run_id)
WHERE NOT success AND started_at::DATE BETWEEN $since AND $until
GROUP BY expectation, severity
ORDER BY unexpected DESC, expectation
LIMIT $most;
