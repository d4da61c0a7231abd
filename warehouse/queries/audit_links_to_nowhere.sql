-- Between current articles; where nothing waits to be related, the words are the same when same_text says so only.
SELECT article_id, other_id, kind
FROM article_links
LEFT JOIN articles AS one USING (article_id)
LEFT JOIN articles AS other ON other.article_id = article_links.other_id
WHERE one.article_id IS NULL OR other.article_id IS NULL OR article_links.article_id = article_links.other_id
    OR ((kind = 'same_text') <> (one.body_hash = other.body_hash) AND NOT EXISTS (SELECT 1 FROM relate_queue));
