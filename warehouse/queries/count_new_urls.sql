-- found: addresses that a feed or sitemap names, each once.
SELECT source_id, count(*)
FROM found
ANTI JOIN collected_urls USING (url)
GROUP BY source_id;
