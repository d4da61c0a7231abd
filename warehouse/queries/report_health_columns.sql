SELECT column_name, "comment"
FROM duckdb_columns()
WHERE table_name = 'source_health' AND "comment" IS NOT NULL;
