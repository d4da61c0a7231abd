-- In how many different articles of its source each line stands.
-- Copies of an article, also edited ones, must count as one, though all of its lines stand in all of them.  So a document
-- counts only when most of its prose is its own: of all documents that hold a line, the one with the smallest id owns
-- it, whatever came first; and a document counts when it owns `least_own` of the words in its long lines.  Of fifty copies
-- of an article the first owns nearly all, and the others own their edits.
-- Long furniture is nobody's own and would hide short articles: so this is done twice, and in the second round lines
-- that stood in five articles of the first are left aside.
CREATE OR REPLACE TEMP MACRO least_line() AS 8;       -- words of a long line
CREATE OR REPLACE TEMP MACRO least_own() AS 0.6;      -- share of the long lines' words
CREATE OR REPLACE TEMP MACRO least_own_words() AS 30; -- a page with less of its own has no article
CREATE OR REPLACE TEMP MACRO least_articles() AS 3;
CREATE OR REPLACE TEMP MACRO most_lines() AS 2000;    -- of a source

CREATE OR REPLACE TEMP TABLE long_lines AS
SELECT DISTINCT source, document, "key", words FROM copy_lines WHERE words >= least_line();

-- Of most lines nobody else has a copy: only the others need be looked up.
CREATE OR REPLACE TEMP TABLE owners AS
SELECT source, "key", min(document) AS owner FROM long_lines GROUP BY source, "key" HAVING count(*) > 1;

CREATE OR REPLACE TEMP TABLE own_words AS
SELECT source, document, "key", words, coalesce(owner, document) = document AS is_own
FROM long_lines LEFT JOIN owners USING (source, "key");

CREATE OR REPLACE TEMP TABLE first_articles AS
SELECT source, document
FROM own_words
GROUP BY source, document
HAVING coalesce(sum(words) FILTER (is_own), 0) >= greatest(least_own_words(), least_own() * sum(words));

CREATE OR REPLACE TEMP TABLE set_aside AS
SELECT source, "key"
FROM long_lines SEMI JOIN first_articles USING (source, document)
GROUP BY source, "key"
HAVING count(*) >= 5;

CREATE OR REPLACE TEMP TABLE different_articles AS
SELECT source, document
FROM own_words ANTI JOIN set_aside USING (source, "key")
GROUP BY source, document
HAVING coalesce(sum(words) FILTER (is_own), 0) >= greatest(least_own_words(), least_own() * sum(words));

CREATE OR REPLACE TEMP TABLE counted_lines AS
SELECT source, "key", count(DISTINCT document) AS articles
FROM copy_lines SEMI JOIN different_articles USING (source, document)
GROUP BY source, "key"
HAVING count(DISTINCT document) >= least_articles()
QUALIFY row_number() OVER (PARTITION BY source ORDER BY count(DISTINCT document) DESC, "key") <= most_lines();
