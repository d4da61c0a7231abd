SELECT name, value FROM warehouse_state WHERE name IN ('warehouse_id', 'revision');
