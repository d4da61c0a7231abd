-- The rows of a table of articles behind the month and outlet of each, and in that order, so that files are written one by one.
SELECT strftime(rows.published_on, '%Y-%m') AS partition_month, rows.source AS partition_source, rows.*
FROM {rows} AS rows
ORDER BY partition_month NULLS LAST, partition_source NULLS LAST;
