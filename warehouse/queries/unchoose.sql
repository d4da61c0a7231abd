-- asked: row, document_id, origin.  Those that were chosen and not taken up yet are taken up now.
CREATE OR REPLACE TEMP TABLE taken AS
SELECT asked.row FROM asked JOIN chosen ON chosen.document_id = asked.document_id AND chosen.origin = asked.origin;
DELETE FROM chosen USING asked WHERE chosen.document_id = asked.document_id AND chosen.origin = asked.origin;
SELECT "row" FROM taken;
