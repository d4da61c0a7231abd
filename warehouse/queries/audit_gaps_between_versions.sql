SELECT before.article_id, before.version, before.valid_to, after.valid_from AS next_valid_from
FROM article_versions AS before
JOIN article_versions AS after ON after.article_id = before.article_id AND after.version = before.version + 1
WHERE before.valid_to IS DISTINCT FROM after.valid_from OR before.valid_to < before.valid_from;
