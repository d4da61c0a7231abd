SELECT rules_version, count(*) AS articles FROM articles GROUP BY ALL ORDER BY articles DESC, rules_version;
