-- Every node that may be near one of those asked about.  {days}: further apart none is.
CREATE OR REPLACE TEMP TABLE near_nodes AS
WITH span AS (
    SELECT
        CASE WHEN count(*) = count("day") THEN min("day") - {days} END AS since,
        CASE WHEN count(*) = count("day") THEN max("day") + {days} END AS until
    FROM story_nodes SEMI JOIN asked_nodes USING (node_no)
)
SELECT
    node_no, node_no AS place, "day", weakest,
    asked_nodes.node_no IS NOT NULL AS is_asked,
    coalesce(asked_nodes.is_dirty, false) AS is_dirty
FROM story_nodes
CROSS JOIN span
LEFT JOIN asked_nodes USING (node_no)
WHERE since IS NULL OR "day" IS NULL OR "day" BETWEEN since AND until;

CREATE OR REPLACE TEMP TABLE asked_entries AS
SELECT node_no, term, weight FROM story_terms WHERE node_no IN (SELECT node_no FROM asked_nodes);

-- Their terms get numbers without gaps.
CREATE OR REPLACE TEMP TABLE asked_terms AS
SELECT term, (row_number() OVER (ORDER BY term) - 1)::INTEGER AS column_no
FROM (SELECT DISTINCT term FROM asked_entries);
