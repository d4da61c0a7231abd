"""A reader that looks at the warehouse all through an ingest: `python -m tests.torture.reader [--documents 3000]`

It opens the published file every 100 ms, in turn as any program would and as copydesk does, and says whether it ever
failed, saw half a batch or fewer articles than before, how soon it saw each batch, and what publishing cost the run.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from tests.torture.corpus import write_small_dump
from warehouse.connection import open_reader

ROOT = Path(__file__).resolve().parents[2]
_LOOK_EVERY_SECONDS = 0.1
_LOOK = """
    SELECT
        (SELECT count(*) FROM articles),
        (SELECT count(*) FROM documents),
        (SELECT count(*) FROM (SELECT DISTINCT document_id, origin FROM receipts)),
        (SELECT count(*) FROM receipts),
        (SELECT coalesce(max("position") + 1, 0) FROM receipts),
        (SELECT epoch(min(loaded_at)) FROM articles WHERE epoch(loaded_at) > ?),
        (SELECT epoch(max(loaded_at)) FROM articles)
"""


@dataclass
class Seen:
    """What a reader saw: `counts` of articles, each once; `lags`: seconds from load to sight of each new count.

    `first_seconds`: from the start of the process to the first article seen.  `held_seconds`: how long the run stood
    still for publishing, of `run_seconds`.
    """

    looks: int = 0
    faults: list[str] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)
    first_seconds: float = 0.0
    held_seconds: float = 0.0
    copy_seconds: float = 0.0
    run_seconds: float = 0.0


def watch(dump: Path, warehouse: Path, batch_documents: int, publish_seconds: float | None = 0.3) -> Seen:
    """Ingest `dump` in another process, and look at the warehouse until that ends."""
    measure = warehouse.with_name("measured.json")
    plan = {"batch_documents": batch_documents, "publish_seconds": publish_seconds, "measure": str(measure)}
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    with dump.open("rb") as rows:
        whole = {*range(0, total := sum(1 for _ in rows), batch_documents), total}
    seen, latest, started = Seen(), 0.0, time.monotonic()
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.child", json.dumps(plan), "ingest", str(dump), "--no-track", "--json",
             "--workers", "1", "--warehouse", str(warehouse)],
            stdout=out, stderr=err, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        is_over = False
        while not is_over:
            is_over = process.poll() is not None  # and one look more
            if warehouse.exists() or seen.looks:
                latest = _look(warehouse, seen, whole, latest, started)
            time.sleep(_LOOK_EVERY_SECONDS)
        out.seek(0)
        err.seek(0)
        if process.returncode:
            seen.faults.append(f"the ingest ended with {process.returncode}: {err.read()}")
            return seen
        summary = json.loads(out.read())
    if not seen.counts or seen.counts[-1] != summary["loaded"]:
        seen.faults.append(f"{seen.counts[-1:]} articles seen at the end, {summary['loaded']} loaded")
    calls = json.loads(measure.read_text())
    seen.run_seconds = summary["seconds"]
    seen.held_seconds = sum(calls["checkpoint"]) + sum(calls["wait"])
    seen.copy_seconds = sum(calls["publish"])
    return seen


def _look(warehouse: Path, seen: Seen, whole: set[int], latest: float, started: float) -> float:
    """One look; the answer is when the last article seen was loaded.  `whole`: so many documents are whole batches."""
    seen.looks += 1
    try:
        opened: Any = duckdb.connect(str(warehouse), read_only=True) if seen.looks % 2 else open_reader(warehouse)
        with contextlib.closing(opened) as reader:
            articles, documents, distinct, receipts, positions, first, last = reader.execute(
                _LOOK, [latest]
            ).fetchall()[0]
    except Exception as error:
        seen.faults.append(f"look {seen.looks}: {type(error).__name__}: {error}")
        return latest
    if not documents == distinct <= receipts == positions or receipts not in whole:
        seen.faults.append(f"look {seen.looks}: {documents} documents, {receipts} receipts, last place {positions}")
    if seen.counts and articles < seen.counts[-1]:
        seen.faults.append(f"look {seen.looks}: {articles} articles after {seen.counts[-1]}")
    if articles and articles not in seen.counts:
        if not seen.counts:
            seen.first_seconds = time.monotonic() - started
        seen.counts.append(articles)
        seen.lags.append(time.time() - first)
    return last or latest


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--documents", type=int, default=3000)
    told = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="reader-") as folder:
        dump = write_small_dump(Path(folder) / "dump.jsonl", told.documents)
        seen = watch(dump, Path(folder) / "data" / "w.duckdb", 256, publish_seconds=None)
    print(f"{seen.looks} looks, {len(seen.faults)} faults, {len(seen.counts)} publications seen: {seen.counts}")
    print(
        f"first batch seen after {seen.first_seconds:.1f} s; the longest wait of any {max(seen.lags, default=0):.1f} s"
    )
    share = 100 * seen.held_seconds / seen.run_seconds if seen.run_seconds else 0.0
    print(f"run {seen.run_seconds:.1f} s, held up {seen.held_seconds:.2f} s by publishing ({share:.1f}%)")
    print(f"copies made beside the load: {seen.copy_seconds:.2f} s")
    for fault in seen.faults[:20]:
        print(fault)
    return 1 if seen.faults or max(seen.lags, default=0) > 60 or share > 10 else 0


if __name__ == "__main__":
    sys.exit(main())
