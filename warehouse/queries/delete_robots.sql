DELETE FROM collected_hosts WHERE origin = ?;
