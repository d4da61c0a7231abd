-- What near-duplicates, containment and quotation are found by.  One table of marks, because every load asks it once.
ALTER TABLE article_links ADD COLUMN containment DOUBLE;
UPDATE article_links SET containment = 1.0;
COMMENT ON TABLE article_links IS 'A relation between two articles, one row a pair and kind. same_text and near_duplicate hold both ways, with article_id < other_id, and make up near-duplicate groups; article_id contains, or quotes, other_id, and nothing is grouped by that. Of more than 100 articles with the same words each is linked to the representative only.';
COMMENT ON COLUMN article_links.article_id IS 'One article; the one that contains, or quotes, the other.';
COMMENT ON COLUMN article_links.kind IS 'same_text, near_duplicate, contains or quotes; a pair with other words has the first of them that holds.';
COMMENT ON COLUMN article_links.similarity IS '0 to 1: of the runs of three words that either has, the share that both have (Jaccard); 1 for the same words. Words in quotation marks count as others than the same words without.';
COMMENT ON COLUMN article_links.shared_words IS 'Words of the shorter article in passages that both have: of three words or more; of twelve or more for quotes.';
COMMENT ON COLUMN article_links.containment IS '0 to 1: of the runs of three words that the one with fewer has, the share that both have.';

CREATE TABLE relate_articles (
    article_no INTEGER NOT NULL,
    article_id VARCHAR NOT NULL,
    body_hash VARCHAR NOT NULL,
    source VARCHAR,
    is_form BOOLEAN NOT NULL
);
COMMENT ON TABLE relate_articles IS 'An article in the index by which copies are found.';
COMMENT ON COLUMN relate_articles.article_no IS 'A short number for it, in this index only.';
COMMENT ON COLUMN relate_articles.article_id IS 'The article.';
COMMENT ON COLUMN relate_articles.body_hash IS 'The words it was indexed with.';
COMMENT ON COLUMN relate_articles.source IS 'The outlet it was indexed with.';
COMMENT ON COLUMN relate_articles.is_form IS 'Most of its passages stand in many articles of its outlet: they are its text (a repost, a form filled in daily), not furniture.';

CREATE TABLE relate_marks (article_no INTEGER NOT NULL, mark BIGINT NOT NULL);
COMMENT ON TABLE relate_marks IS 'A mark of an article; two articles with marks in common are compared.';
COMMENT ON COLUMN relate_marks.article_no IS 'The article.';
COMMENT ON COLUMN relate_marks.mark IS 'Below 2^40 the hash of a passage of eight words; from there on, of two values of its MinHash signature.';

CREATE TABLE relate_furniture (source VARCHAR, mark BIGINT NOT NULL);
COMMENT ON TABLE relate_furniture IS 'The stop-list: a passage that stands in so many articles that it tells nothing of a relation.';
COMMENT ON COLUMN relate_furniture.source IS 'The outlet in whose articles it stands; null: it stands in very many of any outlet.';
COMMENT ON COLUMN relate_furniture.mark IS 'Its mark, as in relate_marks.';

INSERT INTO relate_queue SELECT DISTINCT body_hash FROM article_versions WHERE valid_to IS NULL;
