-- Articles that were taken down, and what keeps them out.
CREATE TABLE tombstones (
    article_id VARCHAR NOT NULL,
    source VARCHAR,
    forgotten_at TIMESTAMPTZ NOT NULL,
    file VARCHAR NOT NULL
);
COMMENT ON TABLE tombstones IS 'An article that was taken down (copydesk forget): whoever has an older copy or export deletes the rows of these article_ids from it. No words of the article are kept.';
COMMENT ON COLUMN tombstones.article_id IS 'The id it had; of a document that was refused, an id that no article has.';
COMMENT ON COLUMN tombstones.source IS 'The outlet it was from.';
COMMENT ON COLUMN tombstones.forgotten_at IS 'When it was taken down.';
COMMENT ON COLUMN tombstones.file IS 'The file that says so, in the landing folder under forgotten/.';

CREATE TABLE tombstone_keys (
    article_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    "key" VARCHAR NOT NULL,
    source VARCHAR
);
COMMENT ON TABLE tombstone_keys IS 'What an article that was taken down is known by when it comes again; used by the loader.';
COMMENT ON COLUMN tombstone_keys.article_id IS 'The article, as in tombstones.';
COMMENT ON COLUMN tombstone_keys.kind IS 'url, id, document or words.';
COMMENT ON COLUMN tombstone_keys."key" IS 'SHA-256, hex: of the canonical URL; of the given id behind its source; of the document''s bytes; of the folded words of the body.';
COMMENT ON COLUMN tombstone_keys.source IS 'The outlet: of the same bytes and words it keeps out only what is from there, or from none named.';

CREATE TABLE forgotten_documents (pack VARCHAR NOT NULL, document VARCHAR NOT NULL);
COMMENT ON TABLE forgotten_documents IS 'A document that is yet to be taken out of its pack; when no command is going on, one that a killed command left to the next.';
COMMENT ON COLUMN forgotten_documents.pack IS 'File in the landing folder.';
COMMENT ON COLUMN forgotten_documents.document IS 'SHA-256, hex, of its document_id, a line end, and its origin.';

COMMENT ON COLUMN receipts.origin IS 'Where it came from; forgotten, for what belongs to an article that was taken down.';
COMMENT ON COLUMN receipts.article_id IS 'The article it belongs to; null when it was refused, unless for belonging to one that was taken down.';
