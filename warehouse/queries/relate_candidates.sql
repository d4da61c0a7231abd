-- Pairs with other words that are worth a comparison: with a passage in common, or two marks of their signatures.
-- A mark on the stop-list counts for neither; the same from whichever side it is asked.
CREATE OR REPLACE TEMP TABLE evidence AS
SELECT matched.mark, matched.article_no, touched_nos.article_no IS NOT NULL AS is_touched
FROM matched
JOIN relate_articles USING (article_no)
LEFT JOIN touched_nos ON touched_nos.article_no = matched.article_no
LEFT JOIN (FROM furniture WHERE source IS NULL) AS anywhere ON anywhere.mark = matched.mark
LEFT JOIN (FROM furniture WHERE source IS NOT NULL) AS of_source
    ON of_source.mark = matched.mark AND of_source.source = relate_articles.source
WHERE anywhere.mark IS NULL AND (of_source.mark IS NULL OR relate_articles.is_form);

CREATE OR REPLACE TEMP TABLE candidates AS
SELECT pairs.one_no, pairs.other_no
FROM (
    SELECT one.article_no AS one_no, other.article_no AS other_no
    FROM evidence AS one
    JOIN evidence AS other ON other.mark = one.mark
    WHERE one.is_touched AND one.article_no <> other.article_no
        AND (NOT other.is_touched OR one.article_no < other.article_no)
    GROUP BY ALL
    HAVING count(*) > 1 OR min(one.mark) < {passages}
) AS pairs
JOIN relate_articles AS one ON one.article_no = pairs.one_no
JOIN relate_articles AS other ON other.article_no = pairs.other_no
WHERE one.words_hash <> other.words_hash;
