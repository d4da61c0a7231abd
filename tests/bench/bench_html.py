"""How fast HTML becomes records, on one core: `python -m tests.bench.bench_html [--pages N]`

Pages a second from raw bytes to full record (parse, label, fields, captions, repeats, normalise, refuse), start-up
apart, beside trafilatura's `bare_extraction` with metadata on the same pages in the same run.  The bar is 3.
"""

import argparse
import gc
import gzip
import hashlib
import time
from pathlib import Path

from flows.document import make_article
from flows.guard import GC_THRESHOLD
from schemas.document import Document
from schemas.settings import Settings
from tests.bench.bench_pipeline import PAGES, time_trafilatura

BAR = 3.0


def time_records(paths: list[Path]) -> float:
    """Seconds from files to records."""
    begun = time.perf_counter()
    for path in paths:
        content = gzip.decompress(path.read_bytes())
        document = Document(hashlib.sha256(content).hexdigest(), f"{path.stem}", content, "text/html")
        make_article(document, Settings())
    return time.perf_counter() - begun


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--pages", type=int, default=100)
    told = arguments.parse_args()
    gc.set_threshold(*GC_THRESHOLD)  # as a worker does
    paths = sorted(PAGES.glob("*.html.gz"))
    paths = paths[:: max(1, len(paths) // told.pages)]
    time_records(paths[:10])
    ours = min(time_records(paths), time_records(paths))
    theirs = min(time_trafilatura(paths), time_trafilatura(paths))
    print(f"{len(paths)} pages: {len(paths) / ours:.0f} a second, trafilatura {len(paths) / theirs:.0f}")
    print(f"{theirs / ours:.2f} times as fast, bar {BAR}")


if __name__ == "__main__":
    main()
