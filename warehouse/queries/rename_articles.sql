-- renamed: article_id, new_id.  An article of one version whose better copy has come: its id follows the copy.
UPDATE article_versions SET article_id = new_id FROM renamed WHERE article_versions.article_id = renamed.article_id;
UPDATE article_versions SET near_duplicate_of = new_id FROM renamed WHERE near_duplicate_of = renamed.article_id;
UPDATE article_keys SET article_id = new_id FROM renamed WHERE article_keys.article_id = renamed.article_id;
UPDATE documents SET article_id = new_id FROM renamed WHERE documents.article_id = renamed.article_id;
UPDATE receipts SET article_id = new_id FROM renamed WHERE receipts.article_id = renamed.article_id;
UPDATE article_links SET article_id = new_id FROM renamed WHERE article_links.article_id = renamed.article_id;
UPDATE article_links SET other_id = new_id FROM renamed WHERE other_id = renamed.article_id;
