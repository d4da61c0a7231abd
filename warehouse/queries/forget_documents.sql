-- forgotten: article_id; forgotten_pairs: document (hashes); buried, buried_keys: rows of the tombstones.
-- Everything about them but what forget_articles.sql deletes, which comes after this.
CREATE OR REPLACE TEMP TABLE gone AS
SELECT document_id, origin, article_id
FROM documents
WHERE article_id IN (SELECT article_id FROM forgotten)
    OR sha256(concat(document_id, chr(10), origin)) IN (SELECT document FROM forgotten_pairs);

CREATE OR REPLACE TEMP TABLE gone_urls AS
SELECT url FROM article_versions WHERE url IS NOT NULL AND article_id IN (SELECT article_id FROM forgotten)
UNION
SELECT "key" FROM article_keys WHERE kind = 'url' AND article_id IN (SELECT article_id FROM forgotten)
UNION
SELECT origin FROM gone WHERE origin LIKE 'http%'
UNION
SELECT url FROM collected_urls WHERE sha256(url) IN (SELECT "key" FROM buried_keys WHERE kind = 'url');

-- The books of the runs stay: what they say of it is that there was an input.
UPDATE receipts SET origin = 'forgotten'
FROM gone WHERE receipts.document_id = gone.document_id AND receipts.origin = gone.origin;
UPDATE receipts SET origin = 'forgotten' WHERE article_id IN (SELECT article_id FROM forgotten);

DELETE FROM quarantine USING gone WHERE quarantine.document_id = gone.document_id AND quarantine.origin = gone.origin;
DELETE FROM documents USING gone WHERE documents.document_id = gone.document_id AND documents.origin = gone.origin;
DELETE FROM collected_urls WHERE url IN (SELECT url FROM gone_urls);
UPDATE collections SET detail = NULL WHERE EXISTS (SELECT 1 FROM gone_urls WHERE contains(detail, gone_urls.url));
UPDATE collected_feeds SET detail = NULL WHERE EXISTS (SELECT 1 FROM gone_urls WHERE contains(detail, gone_urls.url));
-- Of what expectations look at, addresses alone are words (schemas/expectations/article.json): the first 200 characters.
UPDATE quality_results SET sample = list_filter(sample, lambda value: NOT list_contains(gone.urls, value))
FROM (SELECT list(left(url, 200)) AS urls FROM gone_urls) AS gone
WHERE list_has_any(sample, gone.urls);

DELETE FROM tombstones WHERE article_id IN (SELECT article_id FROM buried);
DELETE FROM tombstone_keys WHERE article_id IN (SELECT article_id FROM buried);
INSERT INTO tombstones BY NAME SELECT * FROM buried;
INSERT INTO tombstone_keys BY NAME SELECT * FROM buried_keys;
DROP TABLE gone;
DROP TABLE gone_urls;
