CREATE OR REPLACE VIEW removed_spans AS
SELECT
    article_id, version, span.line AS line, span."position" AS "position", span.kind AS kind, span."rule" AS "rule",
    span."text" AS "text"
FROM (SELECT article_id, version, unnest(removed) AS span FROM article_versions);
COMMENT ON VIEW removed_spans IS 'A piece taken out of the copy of a version of an article.';
COMMENT ON COLUMN removed_spans.article_id IS 'The article.';
COMMENT ON COLUMN removed_spans.version IS 'The version of the article.';
COMMENT ON COLUMN removed_spans.line IS '1-based line of a plain text; null for HTML.';
COMMENT ON COLUMN removed_spans."position" IS '0-based character in the line; for HTML the number of the piece in document order.';
COMMENT ON COLUMN removed_spans.kind IS 'What it was taken for: title, byline, navigation, advert, ...';
COMMENT ON COLUMN removed_spans."rule" IS 'The rule that decided.';
COMMENT ON COLUMN removed_spans."text" IS 'The piece, as it stood in the copy.';
