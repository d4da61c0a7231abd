"""How fast the whole pipeline is, against one process of trafilatura on the same pages in the same run.

    python -m tests.bench.bench_pipeline [--pages N]

Ours: read, land, extract, normalise, check, load, relate, publish, with two workers and `--no-track`.  Start-up (worker
processes, Great Expectations) is left out of both.  The bar is 1.6.
"""

import argparse
import gzip
import os
import tempfile
import time
from pathlib import Path

BAR = 1.6
PAGES = Path(__file__).resolve().parents[3] / "shared" / "eval" / "html"


def time_trafilatura(paths: list[Path]) -> float:
    """Seconds that one process of `bare_extraction` takes; reading the files included, as it is in ours."""
    from trafilatura import bare_extraction

    bare_extraction("<html><body><p>Warm up.</p></body></html>", with_metadata=True, include_comments=False)
    begun = time.perf_counter()
    for path in paths:
        bare_extraction(gzip.decompress(path.read_bytes()), with_metadata=True, include_comments=False)
    return time.perf_counter() - begun


def time_pipeline(paths: list[Path], folder: Path) -> float:
    """Seconds that `ingest` takes, start-up apart."""
    os.environ["COPYDESK_TRACK"] = "0"
    from flows import early
    from flows.ingest import ingest
    from schemas.document import Document
    from schemas.settings import Settings

    warehouse = str(folder / "bench.duckdb")
    settings = Settings.of(warehouse, workers=2)
    early.start_pool(settings)
    early.start_checks()
    early.wait_for_checks()
    pool = early.take_pool(settings)
    warm = Document("0" * 64, "warm", b"<html><body><p>Warm up.</p></body></html>", "text/html")
    pool.submit([warm] * 50).articles()
    early.give_back(pool)
    begun = time.perf_counter()
    summary = ingest([str(p) for p in paths], warehouse, workers=2)
    seconds = time.perf_counter() - begun
    assert summary["balanced"], summary
    assert summary["inputs"] == len(paths), summary
    print({k: summary[k] for k in ("inputs", "loaded", "updated", "unchanged", "duplicate", "quarantined", "reasons")})
    return seconds


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=0, help="only so many pages, spread over all")
    wanted = parser.parse_args().pages
    paths = sorted(PAGES.glob("*.html.gz"))
    if not paths:
        print(f"bench skipped: no pages in {PAGES}")
        return
    paths = paths[:: max(1, len(paths) // wanted)][:wanted] if wanted else paths
    with tempfile.TemporaryDirectory() as folder:
        ours = time_pipeline(paths, Path(folder))
    theirs = time_trafilatura(paths)
    n = len(paths)
    print(f"pipeline, 2 workers:      {n / ours:7.1f} pages a second")
    print(f"trafilatura, one process: {n / theirs:7.1f} pages a second")
    print(f"ratio: {theirs / ours:.2f} (bar {BAR})")


if __name__ == "__main__":
    main()
