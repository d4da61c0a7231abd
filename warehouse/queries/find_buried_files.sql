SELECT DISTINCT file FROM tombstones;
