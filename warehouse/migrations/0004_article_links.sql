-- Near-duplicates, containment and quotation beside equal words.
ALTER TABLE article_links ADD COLUMN containment DOUBLE;
UPDATE article_links SET containment = 1.0;
COMMENT ON TABLE article_links IS 'A relation between two articles, one row a pair and kind. same_text and near_duplicate hold both ways, with article_id < other_id, and make up near-duplicate groups; article_id contains, or quotes, other_id, and nothing is grouped by that. Of more than 100 articles with the same words each is linked to the representative only.';
COMMENT ON COLUMN article_links.article_id IS 'One article; the one that contains, or quotes, the other.';
COMMENT ON COLUMN article_links.kind IS 'same_text, near_duplicate, contains or quotes; a pair with other words has the first of them that holds.';
COMMENT ON COLUMN article_links.similarity IS '0 to 1: of the runs of three words that either has, the share that both have (Jaccard); 1 for the same words. Words in quotation marks count as others than the same words without.';
COMMENT ON COLUMN article_links.shared_words IS 'Words of the shorter article in passages that both have: of three words or more; of twelve or more for quotes.';
COMMENT ON COLUMN article_links.containment IS '0 to 1: of the runs of three words that the one with fewer has, the share that both have.';
