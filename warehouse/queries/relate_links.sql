-- links: whole rows.  What touched articles were to others before goes.
DELETE FROM article_links
WHERE kind <> 'same_text' AND (
    article_id IN (SELECT article_id FROM touched UNION ALL SELECT article_id FROM stale)
    OR other_id IN (SELECT article_id FROM touched UNION ALL SELECT article_id FROM stale)
);
INSERT INTO article_links BY NAME SELECT * FROM links;
