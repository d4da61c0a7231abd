-- What is in the landing folder, for the other audit queries.
CREATE OR REPLACE TEMP TABLE landing_packs (pack VARCHAR, fault VARCHAR);
COMMENT ON TABLE landing_packs IS 'A pack; fault: why it cannot be read, or null.';
CREATE OR REPLACE TEMP TABLE landed (pack VARCHAR, document_id VARCHAR, origin VARCHAR);
COMMENT ON TABLE landed IS 'A document of a pack that can be read.';
CREATE OR REPLACE TEMP TABLE changed_content (pack VARCHAR, document_id VARCHAR, origin VARCHAR);
COMMENT ON TABLE changed_content IS 'A document whose bytes do not have the SHA-256 that it is known by.';
