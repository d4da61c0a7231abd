SELECT pack, list(document) FROM forgotten_documents GROUP BY pack ORDER BY pack;
