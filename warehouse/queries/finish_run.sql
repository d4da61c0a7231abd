UPDATE runs SET
    finished_at = $finished_at, status = $status, inputs = $inputs, loaded = $loaded, updated = $updated,
    unchanged = $unchanged, duplicate = $duplicate, quarantined = $quarantined,
    articles_per_second = $articles_per_second
WHERE run_id = $run_id;
