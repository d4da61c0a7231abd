-- What is in the index: an article as it was when it was put there.
CREATE TABLE IF NOT EXISTS indexed (article_id VARCHAR NOT NULL, version INTEGER NOT NULL, loaded_at TIMESTAMPTZ NOT NULL);
