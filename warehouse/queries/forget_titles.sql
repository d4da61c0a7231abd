-- forgotten: article_id.  A story may be called by the headline of one; the next `relate` calls it by another's.
UPDATE stories SET title = NULL
WHERE story_id IN (SELECT story_id FROM article_versions WHERE article_id IN (SELECT article_id FROM forgotten));
