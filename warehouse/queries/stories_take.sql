-- members: the articles that this part of the queue touches, and all in their near-duplicate groups.
-- Who stands for these groups now, and what was indexed for them.
CREATE OR REPLACE TEMP TABLE standing AS
SELECT
    article_id,
    md5_number_lower(concat_ws(chr(31), body_hash, coalesce(title, ''), coalesce(standfirst, ''), coalesce("language", ''), coalesce(epoch_us(published_at)::VARCHAR, '')))
        AS made_from,
    ('0x' || body_hash[:15])::BIGINT AS place_in_order,
    (epoch_us(published_at) // 86400000000)::INTEGER AS "day",
    rowid AS place
FROM article_versions
WHERE valid_to IS NULL AND near_duplicate_of IS NULL AND article_id IN (SELECT article_id FROM members);

CREATE OR REPLACE TEMP TABLE gone_nodes AS
SELECT node_no, component, leaf, story_id
FROM story_nodes
WHERE article_id IN (SELECT article_id FROM members)
    AND (article_id, made_from) NOT IN (SELECT (article_id, made_from) FROM standing);

CREATE OR REPLACE TEMP TABLE fresh_nodes AS
SELECT
    (row_number() OVER (ORDER BY article_id) + (SELECT coalesce(max(node_no), -1) FROM story_nodes))::INTEGER AS node_no,
    standing.*
FROM standing
WHERE (article_id, made_from) NOT IN (SELECT (article_id, made_from) FROM story_nodes WHERE article_id IN (SELECT article_id FROM members));

-- The story that an article was in is told by the node where its version is new.
CREATE OR REPLACE TEMP TABLE stories_before AS
SELECT article_id, story_id FROM story_nodes WHERE article_id IN (SELECT article_id FROM members);

DELETE FROM story_terms WHERE node_no IN (SELECT node_no FROM gone_nodes);
DELETE FROM story_nodes WHERE node_no IN (SELECT node_no FROM gone_nodes);
INSERT INTO story_nodes BY NAME
SELECT node_no, article_id, made_from, place_in_order, "day", 0 AS weakest FROM fresh_nodes;
