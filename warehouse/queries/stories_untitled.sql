SELECT place FROM told_stories WHERE title IS NULL;
