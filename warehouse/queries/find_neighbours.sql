-- asked: row, document_id, origin.  The documents of the same articles, and those from the same origins.
SELECT document_id, origin, article_id, rules_version, pack, received_at
FROM documents
WHERE origin IN (SELECT origin FROM asked)
    OR article_id IN (
        SELECT article_id FROM documents SEMI JOIN asked USING (document_id, origin) WHERE article_id IS NOT NULL
    );
