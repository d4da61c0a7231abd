"""The questions of docs/queries.md over a warehouse of made-up articles.

    python -m tests.bench.bench_queries [--articles N] [--keep FOLDER]

Bar: each under 1 s at 1,000,000 articles; what Python and `copydesk query` need to start is told apart.
"""

import time

from tests.bench.made_up import made_up_warehouse
from tests.conftest import copydesk
from tests.test_queries import QUESTIONS
from warehouse.connection import open_reader, open_writer
from warehouse.publish import publish

SECONDS = 1.0
LINKS = """
INSERT INTO article_links
SELECT article_id, near_duplicate_of, 'near_duplicate', .8, 300, .9
FROM articles
WHERE run_id = 'bench' AND near_duplicate_of IS NOT NULL AND NOT EXISTS (SELECT 1 FROM article_links WHERE similarity = .8)
"""


def main() -> None:
    """Measure and print."""
    with made_up_warehouse(__doc__, 1_000_000) as warehouse:
        with open_writer(warehouse) as writer:  # today's views, and links, which are not made up there
            with writer.transaction() as connection:
                connection.execute(LINKS)
            publish(writer)
        connection = open_reader(warehouse)
        (count,) = connection.execute("SELECT count(*) FROM articles").fetchone() or (0,)
        print(f"{count:,} articles, {warehouse.stat().st_size / 1e6:,.0f} MB")
        slowest = 0.0
        for number, question, sql, _ in QUESTIONS:
            times = []
            for _ in range(3):
                begun = time.perf_counter()
                connection.execute(sql.replace("The Harbour Standard", "Harbour Standard")).fetchall()  # the largest
                times.append(time.perf_counter() - begun)
            print(f"  {min(times):.2f} s (first {times[0]:.2f})  {number}. {question}")
            slowest = max(slowest, min(times))
        begun = time.perf_counter()
        copydesk("query", "SELECT 1", "--warehouse", str(warehouse))
        print(f"slowest {slowest:.2f} s (bar {SECONDS}); `copydesk query` itself {time.perf_counter() - begun:.2f} s")
        assert slowest < SECONDS


if __name__ == "__main__":
    main()
