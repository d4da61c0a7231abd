"""The report over a warehouse of 100,000 made-up articles, beside those of seeds/articles.

    python -m tests.bench.bench_report [--articles N] [--keep FOLDER]

Bars: made in under 20 s, under 3 MB; opened in under 2 s where Chromium is installed, with no request to any network.
"""

import json
import time

from tests.bench.made_up import made_up_warehouse
from tests.browser import BINARY, browser
from tests.conftest import copydesk

SECONDS, BYTES, OPEN_SECONDS = 20, 3_000_000, 2


def main() -> None:
    """Measure and print."""
    with made_up_warehouse(__doc__, 100_000) as warehouse:
        page = warehouse.with_name("report.html")
        print(f"{warehouse.stat().st_size / 1e6:,.0f} MB")
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
