-- fresh_articles, fresh_marks: what is new in the index.  matched: who has the marks of all that are touched.
CREATE OR REPLACE TEMP TABLE asked_marks AS
SELECT DISTINCT mark FROM fresh_marks
UNION
SELECT mark FROM relate_marks
WHERE article_no IN (
    SELECT article_no FROM stale
    UNION ALL
    SELECT article_no FROM relate_articles WHERE article_id IN (SELECT article_id FROM touched)
);

DELETE FROM relate_marks WHERE article_no IN (SELECT article_no FROM stale);
DELETE FROM relate_articles WHERE article_no IN (SELECT article_no FROM stale);
INSERT INTO relate_articles BY NAME SELECT *, false AS is_form FROM fresh_articles;
INSERT INTO relate_marks BY NAME SELECT * FROM fresh_marks;

CREATE OR REPLACE TEMP TABLE matched AS
SELECT mark, article_no FROM relate_marks WHERE mark IN (SELECT mark FROM asked_marks);

CREATE OR REPLACE TEMP TABLE touched_nos AS
SELECT article_no, article_id FROM relate_articles WHERE article_id IN (SELECT article_id FROM touched);
