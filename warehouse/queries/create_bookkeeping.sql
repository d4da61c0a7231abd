CREATE TABLE IF NOT EXISTS schema_migrations (name VARCHAR NOT NULL, applied_at TIMESTAMPTZ NOT NULL);
COMMENT ON TABLE schema_migrations IS 'A migration that was applied to this warehouse.';
COMMENT ON COLUMN schema_migrations.name IS 'Name of its file, without .sql.';
COMMENT ON COLUMN schema_migrations.applied_at IS 'When it was applied.';
CREATE TABLE IF NOT EXISTS warehouse_state (name VARCHAR NOT NULL, "value" VARCHAR NOT NULL);
COMMENT ON TABLE warehouse_state IS 'A value the warehouse keeps about itself: its id, how often it was written to and published.';
COMMENT ON COLUMN warehouse_state.name IS 'Which value.';
COMMENT ON COLUMN warehouse_state."value" IS 'The value, as text.';
