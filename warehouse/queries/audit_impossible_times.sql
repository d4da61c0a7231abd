-- Two days: how far ahead a date may be (tasks/_dates.py).
SELECT article_id, version, published_at, updated_at, first_seen_at, valid_from, loaded_at
FROM article_versions
WHERE published_at > loaded_at + INTERVAL 2 DAY OR first_seen_at > valid_from OR valid_from > loaded_at + INTERVAL 2 DAY;
