-- named: sitemaps of an index that a backfill has yet to ask for.
INSERT INTO backfill_sitemaps BY NAME
SELECT source_id, url, $since AS since, $until AS until, 0 AS failures
FROM named
ANTI JOIN backfill_sitemaps USING (source_id, url);
