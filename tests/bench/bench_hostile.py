"""What becomes of each hostile file at full size: its outcome, the seconds, the most memory of the run and of a worker.

    python -m tests.bench.bench_hostile [--scale 1.0] [--folder /tmp/hostile] [NAME...]

One `ingest --no-track` a file.  The bar is 20 s and 1 GB for each.  Peak memory is the kernel's own (VmHWM), read ten
times a second.  Needs about 600 MB of disk.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.hostile import CASES, write_case

BAR_SECONDS, BAR_BYTES = 20, 1 << 30


def _peak(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) << 10
    except OSError:
        pass
    return 0


def _children(pid: int) -> list[int]:
    try:
        return [int(p) for t in Path(f"/proc/{pid}/task").iterdir() for p in (t / "children").read_text().split()]
    except OSError:
        return []


def run(path: Path, folder: Path, command: str = "ingest") -> tuple[str, float, int, int]:
    """Outcome, seconds, peak bytes of the main process and of the largest worker."""
    warehouse = folder / "w" / "w.duckdb"
    more = ["--no-track", "--json", "--workers", "1", "--warehouse", str(warehouse)] if command == "ingest" else []
    begun = time.monotonic()
    main = worker = 0
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        process = subprocess.Popen([sys.executable, "-m", "flows", command, str(path), *more], stdout=out, stderr=err)
        while process.poll() is None:
            main = max(main, _peak(process.pid))
            worker = max([worker, *map(_peak, _children(process.pid))])
            time.sleep(0.1)
    seconds = time.monotonic() - begun
    told = (folder / "out").read_bytes()
    if process.returncode:
        outcome = f"exit {process.returncode}: {(folder / 'err').read_text()[:200].strip()}"
    elif command == "ingest":
        summary = json.loads(told)
        parts = [f"{summary[o]} {o}" for o in ("loaded", "updated", "unchanged", "duplicate") if summary[o]]
        outcome = ", ".join(parts + [f"{n} {reason}" for reason, n in summary["reasons"].items()])
    elif command == "extract":
        rows = [json.loads(line) for line in told.splitlines()]
        outcome = ", ".join(r["reasons"][0] if r["reasons"] else r["outcome"] for r in rows[:4])
    else:
        outcome = f"{len(told):,} bytes shown"
    shutil.rmtree(warehouse.parent, ignore_errors=True)
    return outcome, seconds, main, worker


def main() -> None:
    """Print a line a case."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--command", default="ingest", choices=("ingest", "extract", "explain"))
    told = parser.parse_args()
    os.environ["COPYDESK_TRACK"] = "0"
    missed = 0
    with tempfile.TemporaryDirectory(dir=told.folder) as name:
        for case in told.names or CASES:
            path = write_case(Path(name), case, told.scale)
            outcome, seconds, peak, worker = run(path, Path(name), told.command)
            path.unlink()
            over = seconds > BAR_SECONDS or max(peak, worker) > BAR_BYTES
            missed += over
            sizes = f"{peak >> 20:>5} MB {worker >> 20:>5} MB"
            print(f"{case!r:<28} {seconds:5.1f} s {sizes}  {outcome}{'  OVER' if over else ''}", flush=True)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
