-- The rows of a table of articles behind the month and outlet of each.
SELECT strftime(rows.published_on, '%Y-%m') AS partition_month, rows.source AS partition_source, rows.* FROM {rows} AS rows;
