INSERT INTO collected_hosts VALUES (?, ?, ?, ?);
