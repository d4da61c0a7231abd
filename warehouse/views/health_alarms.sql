-- What is wrong with an outlet, as of a moment.  Looked at are the documents of the 91 days before; days are those of UTC.
-- What is older than a week when it comes (a backfill) says nothing of how an outlet does today, and does not count.
--
-- silent: by weekday the share of days with copy (half a day of its mean added), so the chance of the days gone by without any: under
--   .005, and less than that of any gap before; or twice the longest gap.  Known from 28 days and 8 days with copy.
-- volume_low, volume_high: the last 7 full days beside the 4 to 8 weeks before; under half, or over 2.5 times, and 4 standard
--   deviations away (Anscombe's root of a Poisson count, widened by how much the weeks before differ).
-- refused, missing_title, missing_date, missing_author, rule_missed: the share among what came lately (7 days, or the last 10 documents
--   of 28 days) is 10 points above that before, and 3.72 standard deviations (chance: 1 in 10,000; arcsine of both shares).
-- short: the median is under .7 of that before, and words are lower by 3.72 standard deviations (rank test in four classes, as in
--   tasks/_measures.py).
-- collect_failing: it was tried twice or more in the last day, and nothing answered, which it had within 30 days.
CREATE OR REPLACE MACRO health_alarms_at(moment) AS TABLE
WITH came AS (
    SELECT
        coalesce(a.source, d.source) AS source,
        (d.received_at AT TIME ZONE 'UTC')::DATE AS day,
        date_diff('day', (d.received_at AT TIME ZONE 'UTC')::DATE, (moment AT TIME ZONE 'UTC')::DATE) AS age,
        d.received_at,
        a.article_id IS NULL AS is_refused,
        a.title IS NULL AS has_no_title,
        a.published_at IS NULL AS has_no_date,
        len(a.authors) = 0 AS has_no_author,
        list_contains(a.flags, 'publisher_rule_missed') AS missed_rule,
        a.word_count
    FROM documents AS d
    LEFT JOIN articles AS a ON a.article_id = d.article_id
    WHERE
        d.received_at <= moment
        AND d.received_at > moment - INTERVAL 91 DAYS
        AND coalesce(a.source, d.source) IS NOT NULL
        AND coalesce(a.published_at > d.received_at - INTERVAL 7 DAYS, true)
),
days AS (SELECT source, day, any_value(age) AS age, count(*) AS documents FROM came GROUP BY source, day),
gaps AS (SELECT *, day - lag(day) OVER (PARTITION BY source ORDER BY day) AS gap FROM days),
known AS (
    SELECT
        source,
        min(day) AS first_day,
        max(day) AS last_day,
        count(*) AS days_with_copy,
        max(gap) AS longest_gap,
        min(age) - 1 AS silent_days,
        max(age) AS known_days
    FROM gaps
    GROUP BY source
),
calendar AS (
    SELECT known.source, spot AS day, dayofweek(spot) AS weekday, spot > last_day AS is_silent, days.day IS NOT NULL AS has_copy
    FROM (SELECT *, unnest([first_day + n::INTEGER FOR n IN range(date_diff('day', first_day, last_day) + silent_days + 1)]) AS spot FROM known) AS known
    LEFT JOIN days ON days.source = known.source AND days.day = spot
),
weekdays AS (
    SELECT
        source,
        weekday,
        (count(*) FILTER (has_copy) + 0.5 * any_value(share)) / (count(*) + 0.5) AS share
    FROM (SELECT *, avg(has_copy::INTEGER) OVER (PARTITION BY source) AS share FROM calendar WHERE NOT is_silent)
    GROUP BY source, weekday
),
silence AS (
    SELECT source, stretch, bool_or(is_silent) AS lasts, sum(log_chance) AS log_chance
    FROM (
        SELECT
            calendar.*,
            ln(1 - least(coalesce(weekdays.share, 0), 0.985)) AS log_chance,
            count(*) FILTER (has_copy) OVER (PARTITION BY calendar.source ORDER BY day) AS stretch
        FROM calendar
        LEFT JOIN weekdays USING (source, weekday)
    )
    WHERE NOT has_copy
    GROUP BY source, stretch
),
unlikely AS (
    SELECT source, min(log_chance) FILTER (lasts) AS log_chance, coalesce(min(log_chance) FILTER (NOT lasts), 0) AS log_chance_before
    FROM silence
    GROUP BY source
),
silent AS (
    SELECT
        source,
        'silent' AS kind,
        'critical' AS severity,
        last_day + 1 AS since,
        silent_days::DOUBLE AS seen,
        longest_gap - 1.0 AS expected,
        'nothing for ' || silent_days || ' days; ' || (longest_gap - 1) || ' at most before' AS told
    FROM known
    JOIN unlikely USING (source)
    WHERE
        days_with_copy >= 8
        AND last_day - first_day >= 27
        AND ((log_chance < ln(0.005) AND log_chance < log_chance_before) OR silent_days >= 2 * longest_gap)
),
weeks AS (
    SELECT known.source, week, coalesce(sum(documents), 0) AS documents
    FROM (SELECT *, unnest(range(least(known_days // 7, 9))) AS week FROM known) AS known
    LEFT JOIN days ON days.source = known.source AND days.age BETWEEN 7 * week + 1 AND 7 * week + 7
    GROUP BY known.source, week
),
volume AS (
    SELECT
        source,
        max(documents) FILTER (week = 0) AS seen,
        avg(documents) FILTER (week > 0) AS expected,
        2 * (sqrt(seen + 0.375) - sqrt(expected + 0.375))
        / sqrt(greatest(1, coalesce(var_samp(documents) FILTER (week > 0), 0) / greatest(expected, 1)) * 1.2) AS deviates
    FROM weeks
    GROUP BY source
    HAVING count(*) >= 5
),
lately AS (
    SELECT
        *,
        age <= 7 OR (age <= 28 AND row_number() OVER (PARTITION BY source ORDER BY received_at DESC) <= 10) AS is_late
    FROM came
),
counts AS (
    SELECT
        source,
        unnest([
            {
                'kind': 'refused', 'words': 'refused', 'late': count(*) FILTER (is_late),
                'late_found': count(*) FILTER (is_late AND is_refused), 'before': count(*) FILTER (NOT is_late),
                'before_found': count(*) FILTER (NOT is_late AND is_refused), 'since': min(day) FILTER (is_late AND is_refused)
            },
            {
                'kind': 'missing_title', 'words': 'without a title', 'late': count(*) FILTER (is_late AND NOT is_refused),
                'late_found': count(*) FILTER (is_late AND NOT is_refused AND has_no_title),
                'before': count(*) FILTER (NOT is_late AND NOT is_refused),
                'before_found': count(*) FILTER (NOT is_late AND NOT is_refused AND has_no_title),
                'since': min(day) FILTER (is_late AND NOT is_refused AND has_no_title)
            },
            {
                'kind': 'missing_date', 'words': 'without a date', 'late': count(*) FILTER (is_late AND NOT is_refused),
                'late_found': count(*) FILTER (is_late AND NOT is_refused AND has_no_date),
                'before': count(*) FILTER (NOT is_late AND NOT is_refused),
                'before_found': count(*) FILTER (NOT is_late AND NOT is_refused AND has_no_date),
                'since': min(day) FILTER (is_late AND NOT is_refused AND has_no_date)
            },
            {
                'kind': 'missing_author', 'words': 'without an author', 'late': count(*) FILTER (is_late AND NOT is_refused),
                'late_found': count(*) FILTER (is_late AND NOT is_refused AND has_no_author),
                'before': count(*) FILTER (NOT is_late AND NOT is_refused),
                'before_found': count(*) FILTER (NOT is_late AND NOT is_refused AND has_no_author),
                'since': min(day) FILTER (is_late AND NOT is_refused AND has_no_author)
            },
            {
                'kind': 'rule_missed', 'words': 'not as the rules of the outlet have it', 'late': count(*) FILTER (is_late AND NOT is_refused),
                'late_found': count(*) FILTER (is_late AND missed_rule),
                'before': count(*) FILTER (NOT is_late AND NOT is_refused),
                'before_found': count(*) FILTER (NOT is_late AND missed_rule),
                'since': min(day) FILTER (is_late AND missed_rule)
            }
        ]) AS told
    FROM lately
    GROUP BY source
),
shares AS (
    SELECT
        source,
        told.kind AS kind,
        told.words AS words,
        told.since AS since,
        told.late_found / told.late AS seen,
        told.before_found / told.before AS expected,
        2 * (
            asin(sqrt((told.late_found + 0.375) / (told.late + 0.75)))
            - asin(sqrt((told.before_found + 0.375) / (told.before + 0.75)))
        ) / sqrt(1 / (told.late + 0.5) + 1 / (told.before + 0.5)) AS deviates
    FROM counts
    WHERE told.late >= 7 AND told.before >= 50
),
quartiles AS (
    SELECT source, quantile_cont(word_count, [0.25, 0.5, 0.75]) AS q, count(*) AS articles
    FROM lately
    WHERE NOT is_late AND NOT is_refused
    GROUP BY source
    HAVING count(*) >= 50
),
lengths AS (
    SELECT
        source,
        min(day) AS since,
        median(word_count) AS seen,
        any_value(q[2]) AS expected,
        avg(
            list_sum([CASE WHEN word_count > one THEN 1 WHEN word_count = one THEN 0.5 ELSE 0 END FOR one IN q]) - 1.5
        ) / sqrt(1.25 * (1 / count(*) + 1 / any_value(articles))) AS deviates
    FROM lately
    JOIN quartiles USING (source)
    WHERE is_late AND NOT is_refused
    GROUP BY source
),
tries AS (
    SELECT
        source,
        count(*) FILTER (collected_at > moment - INTERVAL 1 DAY) AS lately,
        count(*) FILTER (collected_at > moment - INTERVAL 1 DAY AND fetched + not_modified > 0) AS answered,
        count(*) FILTER (fetched + not_modified > 0) AS answered_before,
        max(collected_at) FILTER (fetched + not_modified > 0) AS last_answer_at,
        arg_max(detail, collected_at) FILTER (detail IS NOT NULL) AS last_problem
    FROM collections
    WHERE collected_at <= moment AND collected_at > moment - INTERVAL 30 DAYS
    GROUP BY source
)
SELECT * FROM silent
UNION ALL BY NAME
SELECT
    source,
    CASE WHEN deviates < 0 THEN 'volume_low' ELSE 'volume_high' END AS kind,
    'warning' AS severity,
    (moment AT TIME ZONE 'UTC')::DATE - 7 AS since,
    seen::DOUBLE AS seen,
    expected,
    seen || ' documents in 7 days; ' || round(expected)::INTEGER || ' a week before' AS told
FROM volume
WHERE
    ((deviates < -4 AND seen < expected / 2) OR (deviates > 4 AND seen > 2.5 * expected))
    AND source NOT IN (SELECT source FROM silent)
UNION ALL BY NAME
SELECT
    source,
    kind,
    CASE WHEN seen >= expected + 0.5 THEN 'critical' ELSE 'warning' END AS severity,
    since,
    seen,
    expected,
    round(100 * seen)::INTEGER || '% ' || words || ' lately; ' || round(100 * expected)::INTEGER || '% before' AS told
FROM shares
WHERE seen - expected >= 0.1 AND deviates > 3.72
UNION ALL BY NAME
SELECT
    source,
    'short' AS kind,
    CASE WHEN seen < expected / 2 THEN 'critical' ELSE 'warning' END AS severity,
    since,
    seen,
    expected,
    round(seen)::INTEGER || ' words in the median lately; ' || round(expected)::INTEGER || ' before' AS told
FROM lengths
WHERE deviates < -3.72 AND seen < 0.7 * expected
UNION ALL BY NAME
SELECT
    source,
    'collect_failing' AS kind,
    'critical' AS severity,
    (last_answer_at AT TIME ZONE 'UTC')::DATE AS since,
    lately::DOUBLE AS seen,
    0.0 AS expected,
    'no answer in ' || lately || ' tries of the last day' || coalesce(': ' || last_problem, '') AS told
FROM tries
WHERE lately >= 2 AND answered = 0 AND answered_before > 0
ORDER BY source, kind;

CREATE OR REPLACE VIEW health_alarms AS
SELECT * FROM health_alarms_at(now());
COMMENT ON VIEW health_alarms IS 'What is wrong with an outlet now, held against its own past of 91 days; health_alarms_at(moment) says it as of another moment.';
COMMENT ON COLUMN health_alarms.source IS 'The outlet.';
COMMENT ON COLUMN health_alarms.kind IS 'silent, volume_low, volume_high, refused, missing_title, missing_date, missing_author, short, rule_missed (a rule of seeds/publishers no longer fits) or collect_failing.';
COMMENT ON COLUMN health_alarms.severity IS 'critical: look today; warning: look this week.';
COMMENT ON COLUMN health_alarms.since IS 'The first day of it that is looked at.';
COMMENT ON COLUMN health_alarms.seen IS 'What was seen: days without copy, documents in 7 days, a share from 0 to 1, median words, tries.';
COMMENT ON COLUMN health_alarms.expected IS 'The same as its past has it.';
COMMENT ON COLUMN health_alarms.told IS 'Both in words.';
