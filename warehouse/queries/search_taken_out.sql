SELECT article_id FROM stale WHERE place IS NULL;
