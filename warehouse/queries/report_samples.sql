-- Articles first seen from the day $since to the day $until.  $at_random of them, from as many outlets as can be; and
-- $unsure of the rest, the least sure.  $salt: another choice for another state of the warehouse, the same for the same.
-- Of $fewest to $most words: what can be read in a minute.
WITH eligible AS (
    SELECT
        article_id,
        confidence,
        md5(article_id || $salt) AS lot,
        row_number() OVER (PARTITION BY source ORDER BY md5(article_id || $salt)) AS place
    FROM articles
    WHERE first_seen_at::DATE BETWEEN $since AND $until AND word_count BETWEEN $fewest AND $most
),
drawn AS (
    SELECT article_id, false AS is_unsure, row_number() OVER (ORDER BY place, lot) AS turn
    FROM eligible
    ORDER BY turn
    LIMIT $at_random
),
chosen AS (
    FROM drawn
    UNION ALL
    (
        SELECT article_id, true AS is_unsure, row_number() OVER (ORDER BY confidence, lot) AS turn
        FROM eligible
        ANTI JOIN drawn USING (article_id)
        ORDER BY turn
        LIMIT $unsure
    )
)
SELECT
    a.title, a.source, a.url, a.published_on, a.word_count, a.confidence, a.flags, chosen.is_unsure, a.document_id,
    a.origin, d.pack, d.received_at, a.body, a.removed
FROM chosen
JOIN articles AS a ON a.article_id = chosen.article_id
LEFT JOIN documents AS d ON d.document_id = a.document_id AND d.origin = a.origin
ORDER BY chosen.is_unsure, chosen.turn;
