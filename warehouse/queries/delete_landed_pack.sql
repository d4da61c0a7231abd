DELETE FROM landed_packs WHERE pack = ?;
