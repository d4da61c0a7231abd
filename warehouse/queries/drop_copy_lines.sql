DROP TABLE IF EXISTS copy_lines;
DROP TABLE IF EXISTS long_lines;
DROP TABLE IF EXISTS owners;
DROP TABLE IF EXISTS own_words;
DROP TABLE IF EXISTS first_articles;
DROP TABLE IF EXISTS set_aside;
DROP TABLE IF EXISTS different_articles;
DROP TABLE IF EXISTS counted_lines;
