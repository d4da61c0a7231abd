SELECT pack FROM landed_packs;
