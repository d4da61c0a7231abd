SELECT counted.source, counted.key, counted.articles, min(copy_lines.line) AS line
FROM counted_lines AS counted
JOIN copy_lines ON copy_lines.source = counted.source AND copy_lines.key = counted.key
GROUP BY counted.source, counted.key, counted.articles
HAVING min(copy_lines.line) <> '';
