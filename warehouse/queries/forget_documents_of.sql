-- asked: article_id, document_id (one of them null).  Their documents, and what was refused of the same bytes or from
-- the same origin; is_shared: another article has documents from that origin.
WITH own AS (
    SELECT document_id, origin FROM documents
    WHERE article_id IN (SELECT article_id FROM asked)
        OR (article_id IS NULL AND document_id IN (SELECT document_id FROM asked))
)
SELECT
    d.document_id, d.origin, d.article_id, d.pack, d.received_at,
    EXISTS (
        SELECT 1 FROM documents AS other
        WHERE other.origin = d.origin AND other.article_id NOT IN (SELECT article_id FROM asked WHERE article_id IS NOT NULL)
    ) AS is_shared
FROM documents AS d
WHERE d.article_id IN (SELECT article_id FROM asked)
    OR (
        d.article_id IS NULL
        AND (d.document_id IN (SELECT document_id FROM own) OR d.origin IN (SELECT origin FROM own))
    )
ORDER BY d.received_at, d.pack, d.document_id, d.origin;
