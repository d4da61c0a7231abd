-- $since, $until: the first and the last day.  $most: outlets told apart; the smaller ones are counted together.
WITH counted AS (
    SELECT source, received_at::DATE AS day, count(*) AS documents, count(*) FILTER (WHERE article_id IS NULL) AS refused
    FROM documents
    WHERE received_at::DATE BETWEEN $since AND $until
    GROUP BY ALL
),
ranked AS (
    SELECT source, row_number() OVER (ORDER BY sum(documents) DESC, source NULLS LAST) > $most AS is_rest
    FROM counted
    GROUP BY source
)
SELECT
    CASE WHEN NOT ranked.is_rest THEN counted.source END AS source,
    ranked.is_rest,
    counted.day,
    sum(counted.documents)::BIGINT AS documents,
    sum(counted.refused)::BIGINT AS refused
FROM counted
JOIN ranked ON ranked.source IS NOT DISTINCT FROM counted.source
GROUP BY ALL
ORDER BY day, source;
