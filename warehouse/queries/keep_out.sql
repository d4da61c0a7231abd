-- kept_out: document_id, origin, document (hash), pack, article_id, source, url_key.
-- What came again of an article that was taken down: nothing of it is kept but receipts and what it is known by.
INSERT INTO forgotten_documents SELECT pack, document FROM kept_out WHERE pack IS NOT NULL;
INSERT INTO tombstone_keys BY NAME
SELECT DISTINCT article_id, kind, "key", source
FROM (
    SELECT article_id, 'document' AS kind, document_id AS "key", source FROM kept_out
    UNION ALL
    SELECT article_id, 'url', url_key, source FROM kept_out WHERE url_key IS NOT NULL
)
WHERE (article_id, kind, "key") NOT IN (SELECT (article_id, kind, "key") FROM tombstone_keys);
UPDATE receipts SET origin = 'forgotten'
FROM kept_out WHERE receipts.document_id = kept_out.document_id AND receipts.origin = kept_out.origin;
DELETE FROM documents USING kept_out
WHERE documents.document_id = kept_out.document_id AND documents.origin = kept_out.origin;
DELETE FROM quarantine USING kept_out
WHERE quarantine.document_id = kept_out.document_id AND quarantine.origin = kept_out.origin;
DELETE FROM collected_urls WHERE url IN (SELECT origin FROM kept_out);
-- When nothing else is in the pack, no document of it will be loaded, and so strike it out.
DELETE FROM landed_packs WHERE pack IN (SELECT pack FROM kept_out);
