-- What was not there at the watermark (a file of Parquet), or was something else then.
CREATE OR REPLACE TEMP TABLE export_changed AS
SELECT "table", "key" FROM export_now ANTI JOIN read_parquet('{watermark}') AS before USING ("table", "key", content);
