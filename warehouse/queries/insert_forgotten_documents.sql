INSERT INTO forgotten_documents SELECT pack, document FROM in_packs;
