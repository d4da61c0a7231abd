SELECT article_id, other_id, similarity, containment
FROM article_links
WHERE kind IN ('same_text', 'near_duplicate') AND article_id IN (SELECT article_id FROM members);
