-- One that was refused has one open row in quarantine; one that became an article has none.
SELECT documents.document_id, documents.origin, documents.article_id, coalesce(open.refusals, 0) AS open_refusals
FROM documents
LEFT JOIN (
    SELECT document_id, origin, count(*) AS refusals FROM quarantine WHERE resolved_at IS NULL GROUP BY ALL
) AS open ON open.document_id = documents.document_id AND open.origin = documents.origin
WHERE coalesce(open.refusals, 0) <> CASE WHEN documents.article_id IS NULL THEN 1 ELSE 0 END;
