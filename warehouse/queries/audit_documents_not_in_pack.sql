SELECT documents.document_id, documents.origin, documents.pack
FROM documents
SEMI JOIN (SELECT pack FROM landing_packs WHERE fault IS NULL) AS readable USING (pack)
ANTI JOIN landed USING (pack, document_id, origin);
