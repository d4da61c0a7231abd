-- Of each source only the days that were asked for last are remembered.
DELETE FROM backfill_sitemaps
WHERE list_contains($source_ids, source_id)
    AND NOT (since IS NOT DISTINCT FROM $since AND until IS NOT DISTINCT FROM $until);
