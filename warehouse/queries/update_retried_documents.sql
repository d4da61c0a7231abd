-- retried: those of `documents` that the warehouse has: when and in which pack they first came is kept.
UPDATE documents SET article_id = incoming.article_id, source = incoming.source, rules_version = incoming.rules_version
FROM (SELECT incoming.* FROM incoming_documents AS incoming SEMI JOIN retried USING (document_id, origin)) AS incoming
WHERE documents.document_id = incoming.document_id AND documents.origin = incoming.origin;
UPDATE quarantine SET resolved_at = now()
FROM (SELECT incoming.* FROM incoming_documents AS incoming SEMI JOIN retried USING (document_id, origin)) AS incoming
WHERE quarantine.document_id = incoming.document_id AND quarantine.origin = incoming.origin
    AND incoming.article_id IS NOT NULL AND quarantine.resolved_at IS NULL;
DELETE FROM quarantine USING retried
WHERE quarantine.document_id = retried.document_id AND quarantine.origin = retried.origin
    AND quarantine.resolved_at IS NULL;
