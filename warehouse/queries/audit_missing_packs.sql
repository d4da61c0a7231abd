SELECT documents.pack, count(*) AS documents
FROM documents
ANTI JOIN landing_packs USING (pack)
GROUP BY documents.pack;
