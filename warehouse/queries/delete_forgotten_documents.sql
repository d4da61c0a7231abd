DELETE FROM forgotten_documents;
