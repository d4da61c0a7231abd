INSERT INTO relate_queue SELECT body_hash FROM queue;
