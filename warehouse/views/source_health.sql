CREATE OR REPLACE VIEW source_health AS
SELECT
    coalesce(a.source, d.source) AS source,
    coalesce(d.documents, 0) AS documents,
    coalesce(a.articles, 0) AS articles,
    coalesce(d.quarantined, 0) AS quarantined,
    d.quarantined / d.documents AS quarantined_share,
    a.with_title / a.articles AS title_share,
    a.with_author / a.articles AS author_share,
    a.with_date / a.articles AS date_share,
    a.flagged / a.articles AS flagged_share,
    coalesce(a.rules_missed, 0) AS rules_missed,
    a.median_words,
    a.mean_confidence,
    a.last_published_at,
    d.last_received_at,
    coalesce(alarms.kinds, []) AS alarms
FROM (
    SELECT
        source,
        count(*) AS articles,
        count(title) AS with_title,
        count(*) FILTER (WHERE len(authors) > 0) AS with_author,
        count(published_at) AS with_date,
        count(*) FILTER (WHERE len(flags) > 0) AS flagged,
        count(*) FILTER (WHERE list_contains(flags, 'publisher_rule_missed')) AS rules_missed,
        median(word_count) AS median_words,
        avg(confidence) AS mean_confidence,
        max(published_at) AS last_published_at
    FROM articles
    GROUP BY ALL
) AS a
FULL JOIN (
    SELECT
        source,
        count(*) AS documents,
        count(*) FILTER (WHERE article_id IS NULL) AS quarantined,
        max(received_at) AS last_received_at
    FROM documents
    GROUP BY ALL
) AS d ON d.source IS NOT DISTINCT FROM a.source
LEFT JOIN (SELECT source, list(kind ORDER BY kind) AS kinds FROM health_alarms GROUP BY source) AS alarms
    ON alarms.source = coalesce(a.source, d.source);
COMMENT ON VIEW source_health IS 'How well the copy of an outlet comes through.';
COMMENT ON COLUMN source_health.source IS 'The outlet; null when none is known.';
COMMENT ON COLUMN source_health.documents IS 'Raw documents received.';
COMMENT ON COLUMN source_health.articles IS 'Articles.';
COMMENT ON COLUMN source_health.quarantined IS 'Documents that are refused today.';
COMMENT ON COLUMN source_health.quarantined_share IS '0 to 1: of the documents, those refused.';
COMMENT ON COLUMN source_health.title_share IS '0 to 1: of the articles, those with a title.';
COMMENT ON COLUMN source_health.author_share IS '0 to 1: of the articles, those with an author.';
COMMENT ON COLUMN source_health.date_share IS '0 to 1: of the articles, those with a date.';
COMMENT ON COLUMN source_health.flagged_share IS '0 to 1: of the articles, those with a flag.';
COMMENT ON COLUMN source_health.rules_missed IS 'Articles on whose page a rule of seeds/publishers no longer fitted: the outlet has changed its pages.';
COMMENT ON COLUMN source_health.median_words IS 'Median words of a body.';
COMMENT ON COLUMN source_health.mean_confidence IS '0 to 1: mean confidence of the cleaning.';
COMMENT ON COLUMN source_health.last_published_at IS 'Latest publication.';
COMMENT ON COLUMN source_health.last_received_at IS 'Latest receipt of a new document.';
COMMENT ON COLUMN source_health.alarms IS 'What is wrong with it now: the kinds of its rows in health_alarms.';
