INSERT INTO collected_feeds BY NAME
SELECT
    $url AS url, $source_id AS source_id, $kind AS kind, $fetched_at AS fetched_at, $changed_at AS changed_at,
    $next_visit_at AS next_visit_at, $failures AS failures, $entries AS entries, $status AS status,
    $outcome AS outcome, $detail AS detail, $etag AS etag, $last_modified AS last_modified;
