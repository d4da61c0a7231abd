-- What was taken down is no more; what was dealt with again since, by other rules, may have become another article, or have been refused.
SELECT receipts.run_id, receipts.origin, receipts.document_id, receipts.outcome, receipts.article_id
FROM receipts
JOIN runs ON runs.run_id = receipts.run_id
LEFT JOIN documents ON documents.document_id = receipts.document_id AND documents.origin = receipts.origin
WHERE receipts.outcome IN ('loaded', 'updated', 'duplicate')
    AND (receipts.article_id IS NULL OR receipts.article_id NOT IN (SELECT article_id FROM article_versions))
    AND coalesce(receipts.article_id, '') NOT IN (SELECT article_id FROM tombstones)
    AND (documents.document_id IS NULL OR documents.rules_version = runs.rules_version);
