SELECT "value" FROM warehouse_state WHERE name = ?;
