-- What copies are found by.  Carried out again (warehouse/relations.py) it empties the index, for it to be made anew:
-- to delete its rows would take more memory than a writer has.
CREATE OR REPLACE TABLE relate_articles (
    article_no INTEGER NOT NULL,
    article_id VARCHAR NOT NULL,
    words_hash UBIGINT NOT NULL,
    source VARCHAR,
    is_form BOOLEAN NOT NULL
);
COMMENT ON TABLE relate_articles IS 'An article in the index by which copies are found.';
COMMENT ON COLUMN relate_articles.article_no IS 'A short number for it, in this index only.';
COMMENT ON COLUMN relate_articles.article_id IS 'The article.';
COMMENT ON COLUMN relate_articles.words_hash IS 'The words it was indexed with: the first 64 bits of body_hash.';
COMMENT ON COLUMN relate_articles.source IS 'The outlet it was indexed with.';
COMMENT ON COLUMN relate_articles.is_form IS 'Most of its passages stand in many articles of its outlet: they are its text (a repost, a form filled in daily), not furniture.';

CREATE OR REPLACE TABLE relate_marks (article_no INTEGER NOT NULL, mark BIGINT NOT NULL);
COMMENT ON TABLE relate_marks IS 'A mark of an article; two articles with marks in common are compared.';
COMMENT ON COLUMN relate_marks.article_no IS 'The article.';
COMMENT ON COLUMN relate_marks.mark IS 'Below 2^35 the hash of a passage of eight words; from there on, of two values of its MinHash signature.';

CREATE OR REPLACE TABLE relate_furniture (source VARCHAR, mark BIGINT NOT NULL);
COMMENT ON TABLE relate_furniture IS 'The stop-list: a passage that stands in so many articles that it tells nothing of a relation.';
COMMENT ON COLUMN relate_furniture.source IS 'The outlet in whose articles it stands; null: it stands in very many of any outlet.';
COMMENT ON COLUMN relate_furniture.mark IS 'Its mark, as in relate_marks.';

INSERT INTO relate_queue SELECT body_hash FROM article_versions WHERE valid_to IS NULL;
