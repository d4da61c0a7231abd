SELECT pack, received_at, list((document_id, origin)) AS documents
FROM documents
WHERE article_id IS NULL
GROUP BY ALL
ORDER BY received_at, pack;
