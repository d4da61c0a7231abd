-- Whatever columns the view has.  $most: outlets.
SELECT *
FROM source_health
ORDER BY documents DESC, source NULLS LAST
LIMIT $most;
