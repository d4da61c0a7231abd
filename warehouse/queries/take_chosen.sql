-- asked: pack.  They are taken up now.
CREATE OR REPLACE TEMP TABLE taken AS SELECT * FROM chosen WHERE pack IN (SELECT pack FROM asked);
DELETE FROM chosen WHERE pack IN (SELECT pack FROM asked);
SELECT document_id, origin, pack, received_at FROM taken;
