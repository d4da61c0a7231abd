-- The stop-list, brought up to date for the marks in `matched`.  Below {passages} a mark is of a passage.
-- {of_source}: a passage that stands in more articles of an outlet is its furniture; {anywhere}: a mark that more
-- articles have tells nothing.  It depends on which articles there are, never on the order in which they came:
-- where it changes, all who have the mark are related anew.
CREATE OR REPLACE TEMP TABLE furniture AS
WITH often AS MATERIALIZED (
    SELECT mark, count(*) AS articles FROM matched GROUP BY mark HAVING count(*) > {of_source}
)
SELECT relate_articles.source, matched.mark
FROM matched SEMI JOIN often USING (mark) JOIN relate_articles USING (article_no)
WHERE relate_articles.source IS NOT NULL AND matched.mark < {passages}
GROUP BY ALL
HAVING count(*) > {of_source}
UNION ALL
SELECT NULL AS source, mark FROM often WHERE articles > {anywhere};

CREATE OR REPLACE TEMP TABLE furniture_before AS
SELECT source, mark FROM relate_furniture WHERE mark IN (SELECT mark FROM asked_marks);

CREATE OR REPLACE TEMP TABLE furniture_changes AS
(SELECT * FROM furniture EXCEPT SELECT * FROM furniture_before)
UNION ALL
(SELECT * FROM furniture_before EXCEPT SELECT * FROM furniture);

INSERT INTO relate_queue
SELECT DISTINCT article_versions.body_hash
FROM furniture_changes
JOIN matched USING (mark)
JOIN relate_articles ON relate_articles.article_no = matched.article_no
    AND (furniture_changes.source IS NULL OR furniture_changes.source = relate_articles.source)
JOIN article_versions ON article_versions.article_id = relate_articles.article_id AND article_versions.valid_to IS NULL
ANTI JOIN touched_nos ON touched_nos.article_no = relate_articles.article_no;

DELETE FROM relate_furniture WHERE mark IN (SELECT mark FROM asked_marks);
INSERT INTO relate_furniture BY NAME SELECT * FROM furniture;

-- Furniture is the lesser part of an article: where most is, it is a repost or a form.
CREATE OR REPLACE TEMP TABLE forms AS
WITH counted AS MATERIALIZED (
    SELECT article_no, count(*) AS marks
    FROM matched
    JOIN touched_nos USING (article_no)
    JOIN relate_articles USING (article_no)
    JOIN furniture ON furniture.mark = matched.mark AND furniture.source = relate_articles.source
    GROUP BY article_no
),
whole AS (
    SELECT article_no, count(*) AS marks FROM matched SEMI JOIN counted USING (article_no) WHERE mark < {passages} GROUP BY article_no
)
SELECT article_no, coalesce(counted.marks > {most} * whole.marks, false) AS is_form
FROM touched_nos LEFT JOIN counted USING (article_no) LEFT JOIN whole USING (article_no);

UPDATE relate_articles SET is_form = forms.is_form
FROM forms
WHERE relate_articles.article_no = forms.article_no AND relate_articles.is_form <> forms.is_form;
