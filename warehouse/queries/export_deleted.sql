SELECT "table", "key" FROM read_parquet('{watermark}') AS before ANTI JOIN export_now USING ("table", "key") ORDER BY ALL;
