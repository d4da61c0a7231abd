"""Search over a warehouse of made-up articles beside those of seeds/articles.

    python -m tests.bench.bench_search [--articles N] [--keep FOLDER]

Bars: each search under 1 s as typed, start of Python included; an update after ten new articles under 10 s; memory and
the index's files under 2 GB.  The made-up copy has 72 words, so that nearly every article has each of them: the worst case.
"""

import resource
import time

from tests.bench.made_up import made_up_warehouse
from tests.conftest import copydesk
from warehouse.connection import open_writer
from warehouse.publish import publish
from warehouse.search_index import bring_up_to_date, index_folder

SECONDS, UPDATE_SECONDS, BYTES = 1.0, 10.0, 2_000_000_000
SEARCHES = (
    ["harbour"], ["storm", "council", "ferry"], ['"harbour budget"'], ["ferr*"], ["storm OR flood NOT tram"],
    ["lobster"], ["the", "of", "and"], ["harbour", "--source", "Coastal Observer", "--since", "2026-01-01"], ["harbour", "--limit", "200"],
)  # fmt: skip


def main() -> None:
    """Measure and print."""
    with made_up_warehouse(__doc__, 100_000) as warehouse:
        begun = time.perf_counter()
        assert bring_up_to_date(warehouse)
        files = [path.stat().st_size for path in index_folder(warehouse).rglob("*") if path.is_file()]
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(
            f"index made in {time.perf_counter() - begun:.1f} s, {sum(files) / 1e6:,.0f} MB beside {warehouse.stat().st_size / 1e6:,.0f} MB; peak memory {memory / 1e6:,.0f} MB (bar {BYTES / 1e6:,.0f})"
        )
        assert sum(files) < BYTES and memory < BYTES
        slowest = 0.0
        for words in SEARCHES:
            begun = time.perf_counter()
            done = copydesk("search", *words, "--warehouse", str(warehouse))
            seconds = time.perf_counter() - begun
            assert done.returncode == 0, done.stderr
            print(f"  {seconds:.2f} s  {' '.join(words)}: {len(done.stdout.splitlines()) - 1} found")
            slowest = max(slowest, seconds)
        print(f"slowest {slowest:.2f} s (bar {SECONDS})")
        with open_writer(warehouse) as writer:
            with writer.transaction() as connection:
                connection.execute(
                    "UPDATE article_versions SET loaded_at = now() WHERE valid_to IS NULL AND rowid IN (SELECT rowid FROM article_versions WHERE valid_to IS NULL LIMIT 10)"
                )
            publish(writer)
        begun = time.perf_counter()
        assert bring_up_to_date(warehouse)
        seconds = time.perf_counter() - begun
        print(f"ten articles changed: index up to date in {seconds:.2f} s (bar {UPDATE_SECONDS})")
        assert slowest < SECONDS and seconds < UPDATE_SECONDS


if __name__ == "__main__":
    main()
