SELECT DISTINCT pack FROM documents;
