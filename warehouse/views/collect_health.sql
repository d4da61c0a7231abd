CREATE OR REPLACE VIEW collect_health AS
WITH tries AS (
    SELECT
        source,
        max(collected_at) AS last_collected_at,
        max(collected_at) FILTER (WHERE fetched + not_modified > 0) AS last_success_at,
        sum(fetched + not_modified + gone + refused + failed) FILTER (WHERE recent) AS requests,
        sum(failed + refused) FILTER (WHERE recent) AS errors,
        arg_max(detail, collected_at) FILTER (WHERE detail IS NOT NULL) AS last_problem
    FROM (SELECT *, collected_at > now() - INTERVAL 7 DAYS AS recent FROM collections)
    GROUP BY ALL
),
found AS (
    SELECT
        source,
        count(*) AS urls,
        count(*) FILTER (WHERE next_visit_at IS NOT NULL AND visits = 0) AS waiting,
        count(gone_at) AS gone,
        max(seen_at) AS last_found_at,
        median(gap) FILTER (WHERE newness <= 50) AS usual_gap_hours
    FROM (
        SELECT
            source, visits, next_visit_at, gone_at, seen_at,
            epoch(seen_at - lag(seen_at) OVER (PARTITION BY source ORDER BY seen_at)) / 3600 AS gap,
            row_number() OVER (PARTITION BY source ORDER BY seen_at DESC) AS newness
        FROM (SELECT *, least(found_at, coalesce(published_at, found_at)) AS seen_at FROM collected_urls)
    )
    GROUP BY ALL
),
read AS (
    SELECT
        u.source,
        count(*) AS documents,
        count(*) FILTER (WHERE len(list_intersect(q.reasons, ['empty', 'too_short', 'boilerplate_only'])) > 0) AS empty
    FROM collected_urls AS u
    JOIN documents AS d ON d.document_id = u.document_id AND d.origin = u.url
    LEFT JOIN (SELECT document_id, origin, reasons FROM quarantine WHERE resolved_at IS NULL) AS q
        ON q.document_id = d.document_id AND q.origin = d.origin
    GROUP BY ALL
),
made AS (
    SELECT source, max(first_seen_at) AS last_article_at
    FROM articles
    WHERE source IN (SELECT source FROM tries)
    GROUP BY ALL
)
SELECT
    tries.source,
    last_collected_at,
    last_success_at,
    last_article_at,
    coalesce(errors / nullif(requests, 0), 0) AS error_rate,
    read.empty / read.documents AS empty_share,
    coalesce(urls, 0) AS urls,
    coalesce(waiting, 0) AS waiting,
    coalesce(found.gone, 0) AS gone,
    last_found_at,
    usual_gap_hours,
    epoch(now() - last_found_at) / 3600 AS silent_hours,
    silent_hours / nullif(greatest(usual_gap_hours, 1), 0) AS silence,
    last_problem
FROM tries
LEFT JOIN found USING (source)
LEFT JOIN read USING (source)
LEFT JOIN made USING (source);
COMMENT ON VIEW collect_health IS 'How collecting goes, by outlet; joins source_health by source.';
COMMENT ON COLUMN collect_health.source IS 'The outlet.';
COMMENT ON COLUMN collect_health.last_collected_at IS 'When it was last tried.';
COMMENT ON COLUMN collect_health.last_success_at IS 'When its server last gave something, if only that nothing had changed.';
COMMENT ON COLUMN collect_health.last_article_at IS 'When its last new article was loaded.';
COMMENT ON COLUMN collect_health.error_rate IS '0 to 1: of the requests of the last 7 days, those that failed or brought nothing of use.';
COMMENT ON COLUMN collect_health.empty_share IS '0 to 1: of the pages fetched, those in which hardly any copy was found.';
COMMENT ON COLUMN collect_health.urls IS 'Addresses that it has named.';
COMMENT ON COLUMN collect_health.waiting IS 'Addresses not fetched yet.';
COMMENT ON COLUMN collect_health.gone IS 'Addresses found to be gone; their articles stay.';
COMMENT ON COLUMN collect_health.last_found_at IS 'Publication, or first sight, of the newest address.';
COMMENT ON COLUMN collect_health.usual_gap_hours IS 'Median hours between two of its last 50 addresses.';
COMMENT ON COLUMN collect_health.silent_hours IS 'Hours since the newest address.';
COMMENT ON COLUMN collect_health.silence IS 'silent_hours in usual gaps (of an hour at least); health_alarms says when it is unusual for this outlet.';
COMMENT ON COLUMN collect_health.last_problem IS 'What went wrong last.';
