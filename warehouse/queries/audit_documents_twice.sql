SELECT document_id, origin, count(*) AS "rows" FROM documents GROUP BY ALL HAVING count(*) > 1;
