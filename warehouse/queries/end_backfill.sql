-- What is read whole is forgotten: the next backfill of the same days asks for everything again.
DELETE FROM backfill_sitemaps
WHERE list_contains($source_ids, source_id) AND source_id NOT IN (
    SELECT source_id FROM backfill_sitemaps WHERE read_at IS NULL AND failures < $tries
);
