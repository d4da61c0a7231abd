-- asked: source.
SELECT source, mark FROM relate_furniture WHERE source IN (SELECT source FROM asked) ORDER BY source, mark;
