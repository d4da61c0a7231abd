-- Which documents are to be dealt with again; what is null does not narrow.  $names: ids of documents, beginnings of
-- ids, or origins; none means all.
CREATE OR REPLACE TEMP TABLE chosen AS
SELECT document_id, origin, pack, received_at, size_bytes
FROM documents
WHERE ($not_by_rules::VARCHAR IS NULL OR rules_version <> $not_by_rules::VARCHAR)
    AND ($source::VARCHAR IS NULL OR source = $source::VARCHAR)
    AND ($since::TIMESTAMPTZ IS NULL OR received_at >= $since::TIMESTAMPTZ)
    AND ($until::TIMESTAMPTZ IS NULL OR received_at < $until::TIMESTAMPTZ)
    AND (NOT $refused::BOOLEAN OR article_id IS NULL)
    AND ($reason::VARCHAR IS NULL OR EXISTS (
        SELECT 1 FROM quarantine
        WHERE quarantine.document_id = documents.document_id AND quarantine.origin = documents.origin
            AND quarantine.resolved_at IS NULL AND list_contains(quarantine.reasons, $reason::VARCHAR)
    ))
    AND (len($names::VARCHAR[]) = 0 OR EXISTS (
        SELECT 1 FROM (SELECT unnest($names::VARCHAR[]) AS name)
        WHERE documents.origin = name OR starts_with(documents.document_id, lower(name))
    ));
