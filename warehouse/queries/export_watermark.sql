-- {table}: what a later export compares by: the key of each row, and what tells whether it has changed since.
SELECT '{table}' AS "table", {key} AS "key", ('0x' || left(md5({content}), 16))::UBIGINT AS content FROM "{table}" AS told;
