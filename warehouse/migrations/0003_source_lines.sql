-- What repeats across the articles of a source.
CREATE TABLE source_lines (
    snapshot INTEGER NOT NULL,
    source VARCHAR NOT NULL,
    line VARCHAR NOT NULL,
    documents INTEGER NOT NULL,
    of_documents INTEGER NOT NULL
);
COMMENT ON TABLE source_lines IS 'A line that stands in at least three different articles of a source: what was learned last, and is used as evidence that it is furniture. At most 2,000 a source; the same is in the landing folder under memory/.';
COMMENT ON COLUMN source_lines.snapshot IS 'Number of the snapshot; it is what stands behind the point in rules_version.';
COMMENT ON COLUMN source_lines.source IS 'The outlet.';
COMMENT ON COLUMN source_lines.line IS 'The line as lines are compared: small letters, numbers as #, without bullets and closing punctuation.';
COMMENT ON COLUMN source_lines.documents IS 'In how many documents it stood; of those with much the same copy one counts.';
COMMENT ON COLUMN source_lines.of_documents IS 'How many documents of the source there were, counted in the same way.';
