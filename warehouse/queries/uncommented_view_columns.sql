-- Columns of views without a comment, and the comment that the column of the same name has in article_versions.
SELECT missing.table_name, missing.column_name, told.comment
FROM duckdb_columns() AS missing
JOIN duckdb_columns() AS told
    ON told.column_name = missing.column_name
    AND told.table_name = 'article_versions'
    AND told.database_name = missing.database_name
WHERE missing.comment IS NULL
    AND missing.database_name = current_database()
    AND missing.schema_name = 'main'
    AND missing.table_name IN (SELECT view_name FROM duckdb_views() WHERE NOT internal);
