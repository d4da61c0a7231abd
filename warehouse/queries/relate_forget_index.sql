-- The index was made by other rules: it is made anew from the current versions.
DELETE FROM relate_marks;
DELETE FROM relate_articles;
DELETE FROM relate_furniture;
INSERT INTO relate_queue SELECT DISTINCT body_hash FROM article_versions WHERE valid_to IS NULL;
