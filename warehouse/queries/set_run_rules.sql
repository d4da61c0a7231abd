UPDATE runs SET rules_version = $rules_version WHERE run_id = $run_id;
