-- gone: article_id; put_in: article_id, version, loaded_at.
DELETE FROM indexed WHERE article_id IN (SELECT article_id FROM gone UNION ALL SELECT article_id FROM put_in);
INSERT INTO indexed SELECT article_id, version, loaded_at FROM put_in;
