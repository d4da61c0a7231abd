-- The lines of raw copy that are being learned from, each once a document; `source` is a number.
CREATE OR REPLACE TEMP TABLE copy_lines (source INTEGER, document UBIGINT, "key" UBIGINT, words INTEGER, line VARCHAR);
