"""Kill ingests at random moments, run them again, and compare with a run that nobody disturbed.

    python -m tests.torture [--rounds 30] [--seed N] [--tracked SHARE]

A line a round: who was killed, when, what the re-run said, and whether the tables are equal.  Exit status 1 when any
round differs, or leaves a process behind.
"""

import argparse
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.torture.corpus import write_corpus
from tests.torture.rounds import Desk


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=30)
    arguments.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(2)))
    arguments.add_argument("--tracked", type=float, default=0.2, help="share of the rounds that run under Prefect")
    arguments.add_argument("--phase", help="kill in this phase only")
    arguments.add_argument("--folder", type=Path, help="work here, and keep what differs")
    told = arguments.parse_args()
    print(f"seed {told.seed}")
    with tempfile.TemporaryDirectory(prefix="torture-") as made:
        folder = told.folder or Path(made)
        desk = Desk(folder, write_corpus(folder / "corpus"), told.seed)
        results = [desk.round(number, told.tracked, told.phase) for number in range(told.rounds)]
    wrong = [result for result in results if result.wrong]
    print(f"\n{len(results) - len(wrong)} of {len(results)} rounds equal and with no process left behind")
    kills = Counter(kill.split("[")[0].split()[-1] for result in results for kill in result.kills)
    print("kills: " + ", ".join(f"{phase} {count}" for phase, count in kills.most_common()))
    print("wrong: " + (", ".join(f"round {result.number}" for result in wrong) or "none"))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
