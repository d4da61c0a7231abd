INSERT INTO landing_packs VALUES ($pack, $fault);
