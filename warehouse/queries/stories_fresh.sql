-- {rows}: the articles that new nodes stand for.  What these are made of, in the order of their numbers.
SELECT fresh_nodes.node_no, title, standfirst, body, "language"
FROM fresh_nodes JOIN article_versions ON article_versions.rowid = fresh_nodes.place
WHERE {rows}
ORDER BY fresh_nodes.node_no;
