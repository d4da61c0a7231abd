-- Every table and view of the warehouse, the columns in their order, with comments.
WITH relations AS (
    SELECT table_name AS name, 'table' AS kind, comment FROM duckdb_tables()
    WHERE NOT internal AND schema_name = 'main' AND database_name = current_database()
    UNION ALL
    SELECT view_name, 'view', comment FROM duckdb_views()
    WHERE NOT internal AND schema_name = 'main' AND database_name = current_database()
)
SELECT relations.name, relations.kind, relations.comment, columns.column_name, columns.data_type, columns.comment
FROM relations
JOIN duckdb_columns() AS columns ON columns.table_name = relations.name AND columns.database_name = current_database()
ORDER BY relations.name, columns.column_index;
