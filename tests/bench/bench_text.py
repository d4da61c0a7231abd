"""How fast plain text becomes records, on one core: `python -m tests.bench.bench_text [--pages N]`

Documents a second from raw bytes to record (decode, join, label, repeats, normalise, refuse), start-up apart, beside
jusText on the same lines in the same run where that is installed; and whether the time grows as the text does: one
copy of 64 KB, and the same eight times over.
"""

import argparse
import gc
import hashlib
import time
from pathlib import Path

from flows.document import make_article
from flows.guard import GC_THRESHOLD
from schemas.document import Document
from schemas.settings import Settings

BAR = 120
PAGES = Path(__file__).resolve().parents[3] / "shared" / "eval" / "text_lines"


def document(content: bytes) -> Document:
    return Document(hashlib.sha256(content).hexdigest(), "bench.txt", content, "text/plain")


def seconds(contents: list[bytes]) -> float:
    begun = time.perf_counter()
    for content in contents:
        make_article(document(content), Settings())
    return time.perf_counter() - begun


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--pages", type=int, default=300)
    told = arguments.parse_args()
    gc.set_threshold(*GC_THRESHOLD)  # as a worker does
    paths = sorted(PAGES.glob("*.txt")) or sorted(Path("seeds/articles").rglob("*.txt"))
    contents = [path.read_bytes() for path in paths[:: max(1, len(paths) // told.pages)]]
    seconds(contents[:10])
    took = min(seconds(contents), seconds(contents))
    size = sum(map(len, contents))
    print(
        f"{len(contents) / took:.0f} documents a second ({size / took / 1e6:.1f} MB/s), bar {BAR}: {len(contents)} of {size / len(contents) / 1e3:.0f} KB"
    )
    stretch = b"\n".join(contents)[:65_536]
    one = min(seconds([stretch]) for _ in range(3))
    eight = min(seconds([stretch * 8]) for _ in range(2))
    print(f"eight times the text takes {eight / one:.1f} times as long ({one:.2f} s for 64 KB)")


if __name__ == "__main__":
    main()
