-- Articles keep their id, whole batches are checked too, and what a dead run had received is known.
COMMENT ON COLUMN article_versions.article_id IS 'The article: 32 hex digits of a SHA-256 over its first document and the outlet given with that. It stays for good.';
COMMENT ON COLUMN article_versions.near_duplicate_of IS 'article_id of the representative of its near-duplicate group; null for the representative, for lone articles and for versions that are not current.';
COMMENT ON TABLE quality_results IS 'The result of one expectation on one batch: on its accepted articles, or on the outlets they are from.';
COMMENT ON COLUMN quality_results.severity IS 'critical: a failing article is refused; warning: it is flagged, or the run warns of the outlet.';
COMMENT ON COLUMN quality_results.success IS 'Whether every article, or outlet, of the batch met it.';
COMMENT ON COLUMN quality_results.checked IS 'Articles, or outlets, looked at.';
COMMENT ON COLUMN quality_results.unexpected IS 'Articles, or outlets, that did not meet it.';
COMMENT ON COLUMN runs.updated IS 'Inputs that became new versions; of a run that deals again with documents, those whose article came out differently.';

CREATE TABLE landed_packs (pack VARCHAR NOT NULL);
COMMENT ON TABLE landed_packs IS 'A pack that was put into the landing folder and is not loaded yet; when no run is going on, one that a run left behind when it died.';
COMMENT ON COLUMN landed_packs.pack IS 'File in the landing folder.';
