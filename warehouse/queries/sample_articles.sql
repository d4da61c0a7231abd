-- $most articles, chosen at random, as many of each stratum as can be.  $by: what makes a stratum.  $seed: another choice
-- for another seed, the same for the same seed and articles.  In random order: a coder must not know what comes next.
WITH eligible AS (
    SELECT
        article_id,
        coalesce(
            CASE $by
                WHEN 'source' THEN source
                WHEN 'language' THEN language
                WHEN 'section' THEN section
                WHEN 'month' THEN strftime(coalesce(published_on, first_seen_at::DATE), '%Y-%m')
            END,
            ''
        ) AS stratum,
        md5(concat($seed, ' ', article_id)) AS lot
    FROM articles
    WHERE ($source::VARCHAR IS NULL OR source = $source::VARCHAR)
        AND ($since::DATE IS NULL OR first_seen_at::DATE >= $since::DATE)
        AND ($until::DATE IS NULL OR first_seen_at::DATE <= $until::DATE)
),
drawn AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY stratum ORDER BY lot, article_id) AS place,
        count(*) OVER (PARTITION BY stratum) AS stratum_size
    FROM eligible
    ORDER BY place, lot
    LIMIT $most
)
SELECT
    a.article_id, a.version, a.authors, a.standfirst, drawn.stratum, drawn.stratum_size,
    a.title, a.source, a.url, a.published_on, a.word_count, a.confidence, a.flags, false AS is_unsure, a.document_id,
    a.origin, d.pack, d.received_at, a.body, a.removed
FROM drawn
JOIN articles AS a ON a.article_id = drawn.article_id
LEFT JOIN documents AS d ON d.document_id = a.document_id AND d.origin = a.origin
ORDER BY drawn.lot;
