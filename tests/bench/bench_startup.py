"""How long `copydesk --help` and `copydesk extract one.txt` take, whole process; the bars are 0.6 and 1.2 s.

python -m tests.bench.bench_startup
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = ROOT / "seeds" / "articles" / "harbour-standard" / "rail-fares.txt"


def main() -> None:
    """Measure and print the least and the median of seven runs."""
    for arguments, bar in ((["--help"], 0.6), (["extract", str(TEXT)], 1.2)):
        times = []
        for _ in range(7):
            begun = time.perf_counter()
            subprocess.run([sys.executable, "-m", "flows", *arguments], cwd=ROOT, capture_output=True, check=True)
            times.append(time.perf_counter() - begun)
        print(f"copydesk {arguments[0]}: {min(times):.2f} s least, {statistics.median(times):.2f} s median (bar {bar})")


if __name__ == "__main__":
    main()
