-- Stories.  Carried out again (warehouse/stories.py) it empties their index, for it to be made anew; stories keep their ids.
ALTER TABLE stories ADD COLUMN IF NOT EXISTS first_seen_at TIMESTAMPTZ;
COMMENT ON TABLE stories IS 'A group of articles on one event; an article that shares its event with none is a story of its own.';
COMMENT ON COLUMN stories.story_id IS 'The story. It stays when the story grows; of several that become one the oldest stays, and of one that falls apart the largest part keeps it.';
COMMENT ON COLUMN stories.title IS 'Headline of the article most like all others of the story that has one; the first words of one, where none has.';
COMMENT ON COLUMN stories.first_published_at IS 'Earliest publication in it; null when no article is dated.';
COMMENT ON COLUMN stories.last_published_at IS 'Latest publication in it.';
COMMENT ON COLUMN stories.article_count IS 'Articles in it, copies included.';
COMMENT ON COLUMN stories.source_count IS 'Outlets in it; articles of no known outlet count for none.';
COMMENT ON COLUMN stories.first_seen_at IS 'When it was first known as a story.';
COMMENT ON COLUMN article_versions.story_id IS 'The story it belongs to; null until it is related, and for versions that are not current.';

CREATE TABLE IF NOT EXISTS story_changes (
    changed_at TIMESTAMPTZ NOT NULL,
    change VARCHAR NOT NULL,
    story_id VARCHAR NOT NULL,
    other_id VARCHAR NOT NULL,
    article_count INTEGER NOT NULL
);
COMMENT ON TABLE story_changes IS 'Articles that went from one story to another when new ones came, or old ones changed.';
COMMENT ON COLUMN story_changes.changed_at IS 'When.';
COMMENT ON COLUMN story_changes.change IS 'merged: the story went up in the other, and its id is no more; split: the rest of it kept its id.';
COMMENT ON COLUMN story_changes.story_id IS 'The story they were in.';
COMMENT ON COLUMN story_changes.other_id IS 'The story they are in since then.';
COMMENT ON COLUMN story_changes.article_count IS 'How many articles.';

CREATE OR REPLACE TABLE story_nodes (
    node_no INTEGER NOT NULL,
    article_id VARCHAR NOT NULL,
    made_from UBIGINT NOT NULL,
    place_in_order BIGINT NOT NULL,
    "day" INTEGER,
    weakest SMALLINT NOT NULL,
    component INTEGER,
    leaf INTEGER,
    story_id VARCHAR,
    centrality SMALLINT
);
COMMENT ON TABLE story_nodes IS 'An article that stands for its near-duplicate group in the index by which stories are found.';
COMMENT ON COLUMN story_nodes.node_no IS 'A short number for it, in this index only.';
COMMENT ON COLUMN story_nodes.article_id IS 'The article.';
COMMENT ON COLUMN story_nodes.made_from IS 'Hash of what it was indexed with: headline, standfirst, words, language, time of publication.';
COMMENT ON COLUMN story_nodes.place_in_order IS 'From the hash of its words: decides between equals.';
COMMENT ON COLUMN story_nodes."day" IS 'Day of publication, counted from 1970; null when not known.';
COMMENT ON COLUMN story_nodes.weakest IS 'Similarity, in thousandths, to the last of its nearest articles; 0 while it has room for more.';
COMMENT ON COLUMN story_nodes.component IS 'Number of what hangs together by similarities.';
COMMENT ON COLUMN story_nodes.leaf IS 'Number of the part of that which is cut into stories by itself.';
COMMENT ON COLUMN story_nodes.story_id IS 'Its story.';
COMMENT ON COLUMN story_nodes.centrality IS 'Mean similarity, in thousandths, to the others of its story.';

CREATE OR REPLACE TABLE story_terms (node_no INTEGER NOT NULL, term INTEGER NOT NULL, weight UTINYINT NOT NULL);
COMMENT ON TABLE story_terms IS 'A word that says what an article is about.';
COMMENT ON COLUMN story_terms.node_no IS 'The article.';
COMMENT ON COLUMN story_terms.term IS 'The word: 24 bits of a CRC.';
COMMENT ON COLUMN story_terms.weight IS 'How much it says; the weights of an article make a vector of length 255.';

CREATE OR REPLACE TABLE story_edges (node_no INTEGER NOT NULL, other_no INTEGER NOT NULL, similarity SMALLINT NOT NULL);
COMMENT ON TABLE story_edges IS 'One of the articles nearest to an article.';
COMMENT ON COLUMN story_edges.node_no IS 'The article.';
COMMENT ON COLUMN story_edges.other_no IS 'The one near to it.';
COMMENT ON COLUMN story_edges.similarity IS 'In thousandths.';

INSERT INTO relate_queue SELECT body_hash FROM article_versions WHERE valid_to IS NULL;
