SELECT pack, fault FROM landing_packs WHERE fault IS NOT NULL;
