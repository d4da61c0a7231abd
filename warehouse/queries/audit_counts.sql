SELECT 'runs', count(*) FROM runs
UNION ALL SELECT 'receipts', count(*) FROM receipts
UNION ALL SELECT 'documents', count(*) FROM documents
UNION ALL SELECT 'articles', count(*) FROM articles
UNION ALL SELECT 'article_versions', count(*) FROM article_versions
UNION ALL SELECT 'article_links', count(*) FROM article_links
UNION ALL SELECT 'quarantine', count(*) FROM quarantine
UNION ALL SELECT 'packs', count(*) FROM landing_packs;
