CREATE OR REPLACE VIEW captions AS
SELECT article_id, version, place - 1 AS "position", captions[place]."text" AS "text", captions[place].credit AS credit
FROM (
    SELECT article_id, version, captions, unnest(range(1, len(captions) + 1)) AS place
    FROM article_versions
    WHERE len(captions) > 0
);
COMMENT ON VIEW captions IS 'A picture caption of a version of an article.';
COMMENT ON COLUMN captions.article_id IS 'The article.';
COMMENT ON COLUMN captions.version IS 'The version of the article.';
COMMENT ON COLUMN captions."position" IS '0-based place among the captions of the version.';
COMMENT ON COLUMN captions."text" IS 'The caption; null when there is only a credit.';
COMMENT ON COLUMN captions.credit IS 'Who made the picture, as printed; null when it does not say.';
