-- How far a backfill has come; its budget may be spent before it has asked for all sitemaps of an index.
CREATE TABLE backfill_sitemaps (
    source_id VARCHAR NOT NULL,
    url VARCHAR NOT NULL,
    since DATE,
    until DATE,
    read_at TIMESTAMPTZ,
    failures INTEGER NOT NULL
);
COMMENT ON TABLE backfill_sitemaps IS 'A sitemap that an index named to the last backfill of a source; kept until all of them are read.';
COMMENT ON COLUMN backfill_sitemaps.source_id IS 'id of the source.';
COMMENT ON COLUMN backfill_sitemaps.url IS 'Its address; with source_id unique.';
COMMENT ON COLUMN backfill_sitemaps.since IS 'The first day that was asked for; null: any.';
COMMENT ON COLUMN backfill_sitemaps.until IS 'The last day that was asked for; null: any.';
COMMENT ON COLUMN backfill_sitemaps.read_at IS 'When it was read; null: it is still to be.';
COMMENT ON COLUMN backfill_sitemaps.failures IS 'How often in a row it could not be read.';
