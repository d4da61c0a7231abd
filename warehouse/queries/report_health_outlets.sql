SELECT count(*) AS outlets
FROM (SELECT DISTINCT source FROM documents UNION SELECT DISTINCT source FROM articles);
