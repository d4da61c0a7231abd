DELETE FROM warehouse_state WHERE name = ?;
