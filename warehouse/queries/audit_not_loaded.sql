SELECT pack, count(*) AS documents FROM landed ANTI JOIN documents USING (document_id, origin) GROUP BY pack;
