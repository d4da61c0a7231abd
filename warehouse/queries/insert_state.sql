INSERT INTO warehouse_state VALUES (?, ?);
