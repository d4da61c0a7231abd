"""What Prefect, the checks and the load add to the making of articles, over real pages and texts in one tracked run.

    python -m tests.bench.bench_overhead [--documents N]

The same documents twice: `extract`'s work (worker processes only), then the whole `ingest` under Prefect with its
embedded server.  Start-up is left out of both and told apart.  The bar is 15% of the time.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

BAR = 0.15
EVAL = Path(__file__).resolve().parents[3] / "shared" / "eval"
SAMPLES = Path(__file__).resolve().parents[2] / "seeds" / "articles"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=0, help="only so many, spread over all")
    wanted = parser.parse_args().documents
    paths = sorted([*EVAL.glob("html/*.html.gz"), *EVAL.glob("text_lines/*.txt")]) or sorted(SAMPLES.rglob("*.txt"))
    paths = paths[:: max(1, len(paths) // wanted)][:wanted] if wanted else paths
    inputs = [str(path) for path in paths]
    with tempfile.TemporaryDirectory() as home:
        os.environ.setdefault("PREFECT_HOME", home)
        begun = time.perf_counter()
        from flows import early
        from flows.inputs import read_all
        from schemas.settings import Settings

        settings = Settings.of(f"{home}/bench.duckdb", workers=2)
        early.start_pool(settings)
        from flows.ingest import ingest

        early.start_checks()
        early.wait_for_checks()
        # The server comes up with the first flow run.
        ingest([str(next(iter(sorted(SAMPLES.rglob("*.txt")))))], f"{home}/first/bench.duckdb", workers=2)
        print(f"start-up, a run of one document included: {time.perf_counter() - begun:.1f} s")

        pool = early.take_pool(settings)
        list(pool.map(read_all(inputs[:20], settings)))
        begun = time.perf_counter()
        made = sum(1 for _ in pool.map(read_all(inputs, settings)))
        alone = time.perf_counter() - begun
        early.give_back(pool)
        begun = time.perf_counter()
        summary = ingest(inputs, f"{home}/bench.duckdb", workers=2)
        whole = time.perf_counter() - begun
    assert summary["inputs"] == made == len(inputs), summary
    print(f"{made} documents: articles made in {alone:.1f} s, the whole run {whole:.1f} s; steps {summary['steps']}")
    print(f"overhead: {1 - alone / whole:.1%} of the time (bar {BAR:.0%})")


if __name__ == "__main__":
    main()
