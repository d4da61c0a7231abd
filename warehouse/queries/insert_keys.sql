DELETE FROM article_keys USING keys WHERE article_keys."key" = keys."key" AND article_keys.kind = keys.kind;
INSERT INTO article_keys BY NAME SELECT * FROM keys;
