-- To be put in, to be taken out for good, and known to be in the index.
SELECT count(place), count(*) - count(place), (SELECT count(*) FROM indexed) FROM stale;
