"""The report over a warehouse of 100,000 made-up articles, beside those of seeds/articles.

    python -m tests.bench.bench_report [--articles N] [--keep FOLDER]

Bars: made in under 20 s, under 3 MB; opened in under 2 s where Chromium is installed, with no request to any network.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

from tests.browser import BINARY, browser
from tests.conftest import copydesk
from warehouse.connection import open_writer
from warehouse.publish import publish

SECONDS, BYTES, OPEN_SECONDS = 20, 3_000_000, 2


def fill(warehouse: Path, articles: int) -> None:
    """Add so many articles of 40 outlets in 90 days: with copies, edits, stories, refusals and runs."""
    script = (Path(__file__).parent / "fill_warehouse.sql").read_text(encoding="utf-8")
    with open_writer(warehouse) as writer:
        with writer.transaction() as connection:
            connection.execute("SELECT setseed(0.5)")
            connection.execute(f"SET VARIABLE articles = {articles}")
            connection.execute(script)
        publish(writer)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="leave warehouse and report in this folder")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = wanted.keep or Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        warehouse, page = home / "bench.duckdb", home / "report.html"
        if not warehouse.exists():
            done = copydesk("ingest", "seeds/articles", "--no-track", "--warehouse", str(warehouse))
            assert done.returncode == 0, done.stderr
            begun = time.perf_counter()
            fill(warehouse, wanted.articles)
            size = warehouse.stat().st_size / 1e6
            print(f"{wanted.articles:,} articles made up in {time.perf_counter() - begun:.1f} s, {size:,.0f} MB")
        begun = time.perf_counter()
        done = copydesk("report", "--warehouse", str(warehouse), "--out", str(page), "--json")
        seconds = time.perf_counter() - begun
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        print(
            f"{told['articles']:,} articles: report in {seconds:.1f} s (bar {SECONDS}), {told['seconds']} of them work"
        )
        print(f"{told['bytes'] / 1e6:.2f} MB (bar {BYTES / 1e6:.0f}), {told['samples']} samples")
        assert seconds < SECONDS and told["bytes"] < BYTES
        if BINARY:
            with browser() as tab:
                opened = tab.open(page)
                print(f"opened in {opened:.2f} s (bar {OPEN_SECONDS}); asked for {tab.requests}; errors {tab.errors}")
                assert opened < OPEN_SECONDS and len(tab.requests) == 1 and not tab.errors


if __name__ == "__main__":
    main()
