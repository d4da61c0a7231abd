-- asked: row, document_id, origin.
SELECT asked.row, documents.article_id, documents.rules_version, documents.pack, documents.received_at
FROM asked
JOIN documents ON documents.document_id = asked.document_id AND documents.origin = asked.origin;
