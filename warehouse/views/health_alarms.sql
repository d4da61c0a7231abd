-- What is wrong with an outlet, as of a moment.  Days are those of UTC; an outlet is held against its own past of 91 days, which ends
-- with its last copy, so that the rhythm of one that fell silent stays known.
--
-- What does not count: copy older than a week when it comes (a backfill), and on a day that brought more of it than of new copy also
-- what was refused or has no date, as nobody can tell how old that is; for silence, days and hours in which copydesk did not run
-- (`runs`; of the time before the first run that is known, every day counts).
--
-- silent: the share of days with copy, by weekday where these differ, so the chance of the days gone by without any: under .005,
--   and less than that of any stretch before; or twice the longest stretch; or twice the longest pause in hours, where copy
--   came in more than 200 hours (of n pauses that come at random the next is that long once in n * n / 2).  Known from 28 days and 8 days with copy on;
--   after another 91 days of silence the outlet has ended, and nothing more is said.
-- volume_low, volume_high: the last 7 full days beside the 4 to 8 weeks before; under half, or over 2.5 times, and 4 standard
--   deviations away (Anscombe's root of a Poisson count, widened by how much the weeks before differ); what had piled up while
--   nothing ran is allowed for.  volume_high too: one day of them
--   with 20 documents or more, and twice as many as any of the 28 days or more before.
-- refused, missing_title, missing_date, missing_author, rule_missed: the share among what came lately (7 days, or the last 14 documents
--   of 28 days) is 10 points above that of the time before these 28 days, and 3.6 standard deviations (chance: 1 in 6,300; arcsine of both shares, after Anscombe,
--   widened by how much the weeks before differ: Pearson's chi-square by its degrees of freedom, drawn to 1 where copy is little).
-- collect_errors: the same of requests that did not bring what was asked for (304 aside), in 7 days and by themselves in 3 of them.
-- short: the median is under .7 of that before, and the logarithms of words are lower by 3.5 standard deviations, each cut off at 3
--   robust ones (median and MAD) of its own: a dozen documents are enough, and one list of results changes nothing.
-- collect_failing: nothing answered for 20 hours and two tries or more (so a source asked once a week is told of after a week).
CREATE OR REPLACE MACRO health_alarms_at(moment) AS TABLE
WITH today AS (SELECT (moment AT TIME ZONE 'UTC')::DATE AS today),
received AS MATERIALIZED (
    SELECT
        coalesce(a.source, d.source) AS source,
        (d.received_at AT TIME ZONE 'UTC')::DATE AS day,
        d.received_at,
        a.article_id IS NULL AS is_refused,
        a.title IS NULL AS has_no_title,
        a.published_at IS NULL AS has_no_date,
        len(a.authors) = 0 AS has_no_author,
        list_contains(a.flags, 'publisher_rule_missed') AS missed_rule,
        a.word_count,
        coalesce(a.published_at <= d.received_at - INTERVAL 7 DAYS, false) AS is_old
    FROM documents AS d
    LEFT JOIN articles AS a ON a.article_id = d.article_id
    WHERE d.received_at <= moment AND d.received_at > moment - INTERVAL 182 DAYS AND coalesce(a.source, d.source) IS NOT NULL
),
backfills AS (
    SELECT source, day
    FROM received
    GROUP BY source, day
    HAVING
        count(*) FILTER (is_old) >= 5
        AND 3 * count(*) FILTER (is_old) >= count(*) FILTER (has_no_date)
        AND count(*) FILTER (is_old) >= count(*) FILTER (NOT is_old AND NOT has_no_date)
),
came AS MATERIALIZED (
    SELECT received.*, today - day AS age
    FROM received, today
    WHERE NOT is_old AND NOT (has_no_date AND (source, day) IN (SELECT (source, day) FROM backfills))
    QUALIFY day > max(day) OVER (PARTITION BY source) - 91
),
days AS MATERIALIZED (
    SELECT
        *,
        documents - refused AS articles,
        age <= 7 OR (age <= 28 AND sum(documents) OVER (PARTITION BY source ORDER BY age) - documents < 14) AS is_late
    FROM (
        SELECT
            source,
            day,
            any_value(age) AS age,
            count(*) AS documents,
            count(*) FILTER (is_refused) AS refused,
            count(*) FILTER (NOT is_refused AND has_no_title) AS no_title,
            count(*) FILTER (NOT is_refused AND has_no_date) AS no_date,
            count(*) FILTER (has_no_author) AS no_author,
            count(*) FILTER (missed_rule) AS missed_rule
        FROM came
        GROUP BY source, day
    )
),
ran AS (SELECT started_at, (started_at AT TIME ZONE 'UTC')::DATE AS day FROM runs WHERE started_at > moment - INTERVAL 182 DAYS),
down AS (
    SELECT day
    FROM (SELECT unnest(range(min(day)::TIMESTAMP, today::TIMESTAMP, INTERVAL 1 DAY))::DATE AS day FROM ran, today GROUP BY today)
    WHERE day NOT IN (SELECT day FROM ran) AND day NOT IN (SELECT day FROM received)
),
known AS (
    SELECT source, min(day) AS first_day, max(day) AS last_day, count(*) AS days_with_copy, max(age) AS known_days
    FROM days
    GROUP BY source
),
calendar AS (
    SELECT known.source, spot AS day, dayofweek(spot) AS weekday, spot > last_day AS is_silent, days.day IS NOT NULL AS has_copy
    FROM (SELECT *, unnest(range(first_day::TIMESTAMP, today::TIMESTAMP, INTERVAL 1 DAY))::DATE AS spot FROM known, today) AS known
    LEFT JOIN days ON days.source = known.source AND days.day = spot
    WHERE spot NOT IN (SELECT day FROM down)
),
weekdays AS (
    SELECT
        source,
        weekday,
        count(*) AS of_days,
        count(*) FILTER (has_copy) AS with_copy,
        coalesce(with_copy * ln(nullif(with_copy, 0) / of_days), 0)
        + coalesce((of_days - with_copy) * ln(nullif(of_days - with_copy, 0) / of_days), 0) AS log_likelihood
    FROM calendar
    WHERE NOT is_silent
    GROUP BY source, weekday
),
-- Whether the weekdays differ: a likelihood ratio that chance alone would give once in 200 (chi-square of 6: 18.5).
rhythm AS (
    SELECT
        source,
        sum(with_copy) / sum(of_days) AS share,
        sum(log_likelihood) - sum(with_copy) * ln(share)
        - coalesce((sum(of_days) - sum(with_copy)) * ln(nullif(1 - share, 0)), 0) > 9.25 AS is_weekly
    FROM weekdays
    GROUP BY source
),
stretches AS (
    SELECT source, stretch, bool_or(is_silent) AS lasts, sum(log_chance) AS log_chance, count(*) AS days
    FROM (
        SELECT
            calendar.*,
            ln(1 - least(CASE WHEN is_weekly THEN coalesce((with_copy + 0.5 * share) / (of_days + 0.5), 0) ELSE share END, 0.985)) AS log_chance,
            count(*) FILTER (has_copy) OVER (PARTITION BY calendar.source ORDER BY day) AS stretch
        FROM calendar
        JOIN rhythm USING (source)
        LEFT JOIN weekdays USING (source, weekday)
    )
    WHERE NOT has_copy
    GROUP BY source, stretch
),
unlikely AS (
    SELECT
        source,
        coalesce(max(days) FILTER (lasts), 0) AS silent_days,
        coalesce(max(days) FILTER (NOT lasts), 0) AS longest_days,
        coalesce(min(log_chance) FILTER (lasts), 0) AS log_chance,
        coalesce(min(log_chance) FILTER (NOT lasts), 0) AS log_chance_before
    FROM stretches
    GROUP BY source
),
hours AS (SELECT source, epoch(received_at)::BIGINT // 3600 AS hour FROM came GROUP BY ALL),
pauses AS (
    SELECT source, max(hours) AS longest_hours, max(hour) AS last_hour
    FROM (SELECT source, hour, hour - lag(hour) OVER (PARTITION BY source ORDER BY hour) - 1 AS hours FROM hours)
    GROUP BY source
    HAVING count(*) > 200
),
-- The hours since its last copy in which a run looked for more.
waited AS (
    SELECT source, any_value(longest_hours) AS longest_hours, count(DISTINCT hour) AS silent_hours
    FROM pauses
    JOIN (SELECT epoch(started_at)::BIGINT // 3600 AS hour FROM ran WHERE started_at <= moment GROUP BY ALL) ON hour > last_hour
    GROUP BY source
),
silent AS (
    SELECT
        source,
        'silent' AS kind,
        'critical' AS severity,
        last_day + 1 AS since,
        greatest(silent_days, round(silent_hours / 24, 1))::DOUBLE AS seen,
        least(longest_days, round(longest_hours / 24, 1))::DOUBLE AS expected,
        CASE
            WHEN silent_days >= 2 THEN 'nothing for ' || silent_days || ' days; ' || longest_days || ' at most before'
            ELSE 'nothing for ' || silent_hours || ' hours; ' || ceil(longest_hours)::INTEGER || ' at most before'
        END AS told
    FROM known
    JOIN unlikely USING (source)
    LEFT JOIN waited USING (source)
    CROSS JOIN today
    WHERE
        days_with_copy >= 8
        AND last_day - first_day >= 27
        AND today - last_day <= 91
        AND (
            (log_chance < ln(0.005) AND log_chance < log_chance_before)
            OR silent_days >= 2 * (longest_days + 1)
            OR silent_hours >= 2 * longest_hours
        )
),
weeks AS (
    SELECT known.source, week, coalesce(sum(documents), 0) AS documents
    FROM (SELECT *, unnest(range(least(known_days // 7, 9))) AS week FROM known) AS known
    LEFT JOIN days ON days.source = known.source AND days.age BETWEEN 7 * week + 1 AND 7 * week + 7
    GROUP BY known.source, week
),
-- What had piled up while nothing ran comes on the day after: the last 7 days may have the copy of so many more.
piled AS (SELECT 7 + count(*) FILTER (day BETWEEN today - 14 AND today - 8) AS days FROM today LEFT JOIN down ON true GROUP BY today),
volume AS (
    SELECT
        source,
        max(documents) FILTER (week = 0) AS seen,
        avg(documents) FILTER (week > 0) AS expected,
        expected * any_value(piled.days) / 7 AS at_most,
        sqrt(greatest(1, coalesce(var_samp(documents) FILTER (week > 0), 0) / greatest(expected, 1)) * 1.2) / 2 AS spread,
        (sqrt(seen + 0.375) - sqrt(expected + 0.375)) / spread < -4 AND seen < expected / 2 AS is_low,
        (sqrt(seen + 0.375) - sqrt(at_most + 0.375)) / spread > 4 AND seen > 2.5 * at_most AS is_high
    FROM weeks, piled
    GROUP BY source
    HAVING count(*) >= 5
),
bursts AS (
    SELECT source, arg_max(day, documents) FILTER (age <= 7) AS day, max(documents) FILTER (age <= 7) AS seen, max(documents) FILTER (age > 7) AS most
    FROM days
    JOIN known USING (source)
    WHERE known_days >= 35 AND (age > 7 OR day - 1 NOT IN (SELECT day FROM down)) -- after those comes what had piled up
    GROUP BY source
    HAVING seen >= 20 AND seen > 2 * most
),
-- By outlet, kind and week: among how many it was found in how many.
found AS (
    SELECT source, is_late, week, unnest(told, recursive := true)
    FROM (
        SELECT
            source,
            is_late,
            age // 7 AS week,
            [
                {'kind': 'refused', 'words': 'refused', 'among': sum(documents), 'found': sum(refused), 'since': min(day) FILTER (refused > 0)},
                {'kind': 'missing_title', 'words': 'without a title', 'among': sum(articles), 'found': sum(no_title), 'since': min(day) FILTER (no_title > 0)},
                {'kind': 'missing_date', 'words': 'without a date', 'among': sum(articles), 'found': sum(no_date), 'since': min(day) FILTER (no_date > 0)},
                {'kind': 'missing_author', 'words': 'without an author', 'among': sum(articles), 'found': sum(no_author), 'since': min(day) FILTER (no_author > 0)},
                {'kind': 'rule_missed', 'words': 'not as the rules of the outlet have it', 'among': sum(articles), 'found': sum(missed_rule), 'since': min(day) FILTER (missed_rule > 0)}
            ] AS told
        FROM days
        WHERE is_late OR age > 28
        GROUP BY source, is_late, week
    )
    UNION ALL BY NAME
    SELECT
        source,
        is_late,
        week,
        'collect_errors' AS kind,
        'of the requests in vain' AS words,
        sum(fetched + gone + refused + failed) AS among,
        sum(refused + failed) AS found,
        min(day) FILTER (refused + failed > 0) AS since
    FROM (
        SELECT
            *,
            (collected_at AT TIME ZONE 'UTC')::DATE AS day,
            today - day <= 7 AS is_late,
            CASE WHEN is_late THEN day - today ELSE (today - day) // 7 END AS week -- of the last days each by itself
        FROM collections, today
        WHERE collected_at <= moment AND collected_at > moment - INTERVAL 91 DAYS AND (is_late OR today - day > 28)
    )
    GROUP BY source, is_late, week
),
shares AS (
    SELECT
        source,
        kind,
        any_value(words) AS words,
        min(since) FILTER (is_late) AS since,
        sum(among) FILTER (is_late) AS late,
        sum(among) FILTER (NOT is_late) AS before,
        sum(found) FILTER (is_late) / late AS seen,
        any_value(share_before) AS expected,
        -- An outage of one evening is over when somebody looks.
        kind <> 'collect_errors' OR count(*) FILTER (is_late AND found >= (share_before + 0.1) * among) >= 3 AS lasts,
        2 * (
            asin(sqrt((sum(found) FILTER (is_late) + 0.375) / (late + 0.75)))
            - asin(sqrt((sum(found) FILTER (NOT is_late) + 0.375) / (before + 0.75)))
        ) / sqrt(1 / (late + 0.5) + 1 / (before + 0.5)) AS deviates,
        -- How many times more the weeks before differ than chance would have it.
        -- Weeks with little copy tell it badly: up to four in which it was chance are added.
        least(4, 200 * count(*) FILTER (NOT is_late AND among > 0) / before) AS more_weeks,
        greatest(1, coalesce(
            (more_weeks + sum((found - among * share_before) ** 2 / nullif(among * share_before * (1 - share_before), 0)) FILTER (NOT is_late))
            / nullif(more_weeks + count(*) FILTER (NOT is_late AND among > 0) - 1, 0), 1
        )) AS dispersion
    FROM (
        SELECT
            *,
            sum(found) FILTER (NOT is_late) OVER (PARTITION BY source, kind)
            / nullif(sum(among) FILTER (NOT is_late) OVER (PARTITION BY source, kind), 0) AS share_before
        FROM found
    )
    GROUP BY source, kind
    HAVING late >= 6 AND before >= 20
),
lengths AS MATERIALIZED (
    SELECT source, day, is_late, word_count, ln(word_count + 1) AS log_words
    FROM came
    JOIN days USING (source, day)
    WHERE NOT is_refused AND (is_late OR days.age > 28)
),
typical AS (
    SELECT source, median(log_words) AS middle, greatest(1.4826 * mad(log_words), 0.1) AS spread
    FROM lengths
    WHERE NOT is_late
    GROUP BY source
    HAVING count(*) >= 20
),
shorter AS (
    SELECT
        source,
        min(day) FILTER (is_late) AS since,
        median(word_count) FILTER (is_late) AS seen,
        any_value(exp(middle) - 1) AS expected,
        (avg(score) FILTER (is_late) - avg(score) FILTER (NOT is_late))
        / (greatest(stddev_samp(score) FILTER (NOT is_late), 0.1) * sqrt(1 / count(*) FILTER (is_late) + 1 / count(*) FILTER (NOT is_late))) AS deviates
    FROM (SELECT *, greatest(-3, least(3, (log_words - middle) / spread)) AS score FROM lengths JOIN typical USING (source))
    GROUP BY source
    HAVING count(*) FILTER (is_late) >= 6
),
tries AS (
    SELECT
        source,
        source_id,
        collected_at,
        detail,
        max(collected_at) FILTER (fetched + not_modified > 0) OVER (PARTITION BY source, source_id) AS last_answer_at,
        max(collected_at) OVER (PARTITION BY source, source_id) AS last_try_at
    FROM collections
    WHERE
        collected_at <= moment AND collected_at > moment - INTERVAL 91 DAYS
        AND fetched + not_modified + gone + refused + forbidden + failed > 0
),
failing AS (
    SELECT
        source,
        count(*) AS tries,
        min(collected_at) AS since,
        arg_max(detail, collected_at) FILTER (detail IS NOT NULL) AS last_problem
    FROM tries
    -- One that is not tried any more was taken out of sources.toml.
    WHERE (last_answer_at IS NULL OR collected_at > last_answer_at) AND last_try_at > moment - INTERVAL 8 DAYS
    GROUP BY source, source_id
    HAVING count(*) >= 2 AND min(collected_at) <= moment - INTERVAL 20 HOURS
)
SELECT * FROM silent
UNION ALL BY NAME
SELECT
    source,
    CASE WHEN is_low THEN 'volume_low' ELSE 'volume_high' END AS kind,
    'warning' AS severity,
    today - 7 AS since,
    seen::DOUBLE AS seen,
    expected,
    seen || ' documents in 7 days; ' || round(expected)::INTEGER || ' a week before' AS told
FROM volume, today
WHERE
    (
        is_low AND source NOT IN (SELECT source FROM silent)
        AND today - 1 NOT IN (SELECT day FROM down) AND (SELECT count(*) FROM down WHERE day >= today - 7) <= 3
    )
    OR is_high
UNION ALL BY NAME
SELECT
    source,
    'volume_high' AS kind,
    'warning' AS severity,
    day AS since,
    seen::DOUBLE AS seen,
    most::DOUBLE AS expected,
    seen || ' documents in a day; ' || most || ' at most before' AS told
FROM bursts
WHERE source NOT IN (SELECT source FROM volume WHERE is_high)
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
WHERE seen - expected >= 0.1 AND lasts AND deviates > 3.6 * sqrt(dispersion)
UNION ALL BY NAME
SELECT
    source,
    'short' AS kind,
    CASE WHEN seen < expected / 2 THEN 'critical' ELSE 'warning' END AS severity,
    since,
    seen,
    expected,
    round(seen)::INTEGER || ' words in the median lately; ' || round(expected)::INTEGER || ' before' AS told
FROM shorter
WHERE deviates < -3.5 AND seen < 0.7 * expected
UNION ALL BY NAME
SELECT
    source,
    'collect_failing' AS kind,
    'critical' AS severity,
    (min(since) AT TIME ZONE 'UTC')::DATE AS since,
    max(tries)::DOUBLE AS seen,
    1.0 AS expected,
    'no answer in ' || max(tries) || ' tries' || coalesce(': ' || any_value(last_problem), '') AS told
FROM failing
GROUP BY source
ORDER BY source, kind;

CREATE OR REPLACE VIEW health_alarms AS
SELECT * FROM health_alarms_at(now());
COMMENT ON VIEW health_alarms IS 'What is wrong with an outlet now, held against its own past of 91 days; health_alarms_at(moment) says it as of another moment.';
COMMENT ON COLUMN health_alarms.source IS 'The outlet.';
COMMENT ON COLUMN health_alarms.kind IS 'silent, volume_low, volume_high, refused, missing_title, missing_date, missing_author, short, rule_missed (a rule of seeds/publishers no longer fits), collect_failing (no answer) or collect_errors (requests in vain).';
COMMENT ON COLUMN health_alarms.severity IS 'critical: look today; warning: look this week.';
COMMENT ON COLUMN health_alarms.since IS 'The first day of it that is looked at.';
COMMENT ON COLUMN health_alarms.seen IS 'What was seen: days without copy, documents in 7 days or in one, a share from 0 to 1, median words, tries.';
COMMENT ON COLUMN health_alarms.expected IS 'The same as its past has it.';
COMMENT ON COLUMN health_alarms.told IS 'Both in words.';
