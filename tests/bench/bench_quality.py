"""How good and how fast copydesk and every peer are, on the same pages in the same run: `make bench` (6 minutes).

    python -m tests.bench.bench_quality [--pages FOLDER] [--folds FOLDER] [--peers PYTHON] [--out FOLDER]

Writes `benchmark.md` and `benchmark.svg` to `docs/`.  Quality is score.py's of the evaluation set; what a page of
copydesk's differs from a peer's comes with its 95% interval (paired bootstrap over pages); speed is pages a second of
processor time from bytes to fields, one process, start-up apart.  With FOLDS (docs/train.md) each page is read by the
model that has not seen its site; without them by the one that is shipped, which has learned from these pages, and the
table says so.
"""

import argparse
import importlib.util
import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from tests.bench.peers import HTML, TEXT, Record
from tests.training.pages import PAGES

ROOT = Path(__file__).resolve().parents[2]
SETS = ("scraping", "fundus_eval", "wcxb", "fundus_test")
#: Of a peer that takes a quarter of a second a page, so many pages, spread over all.
SAMPLED = {"news-please": 100}
RESAMPLES = 10_000
OURS = "copydesk"


@dataclass(slots=True)
class Answers:
    """What an extractor made of some pages: their records by id, and `seconds` a page."""

    name: str
    records: dict[str, Record]
    seconds: float
    page_f1: dict[str, float] = field(default_factory=dict)
    figures: dict[str, dict[str, float]] = field(default_factory=dict)

    @property
    def speed(self) -> float:
        """Pages a second."""
        return 1 / self.seconds


def run(python: str, name: str, paths: list[Path], model: Path | None = None) -> dict[str, Record]:
    """The records of an extractor, by page; one that cannot be run raises with what it printed."""
    script = ROOT / "tests" / "bench" / "peers.py"
    done = subprocess.run(
        [python, str(script), name, *([str(model)] if model else [])],
        input="\n".join(map(str, paths)), capture_output=True, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT) if name == OURS else ""},
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return {record["id"]: record for record in map(json.loads, done.stdout.splitlines())}


def run_ours(paths: list[Path], folds: list[Path]) -> dict[str, Record]:
    """Ours: each page with the model of its fold, where there are folds."""
    if not folds:
        return run(sys.executable, OURS, paths)
    records: dict[str, Record] = {}
    for model in folds:
        ids = set(model.with_name(model.name.split(".")[0] + ".txt").read_text().split())
        records |= run(sys.executable, OURS, [path for path in paths if path.name.split(".")[0] in ids], model)
    return records


def judge(name: str, records: dict[str, Record], truth: dict[str, Any], scorer: ModuleType) -> Answers:
    """Score what came, over the pages that were asked for."""
    answers = Answers(name, records, sum(record["seconds"] for record in records.values()) / len(records))
    for kind in SETS:
        pages = {page: row for page, row in truth.items() if row["set"] == kind and page in records}
        answers.figures[kind], rows = scorer.score(pages, records)
        answers.page_f1 |= {page: row["f1"] for page, row in rows.items() if "f1" in row}
    return answers


def difference(ours: Answers, theirs: Answers) -> tuple[float, float, float]:
    """Mean page F1 of ours less theirs over the pages both were asked for, with its 95% interval (paired bootstrap)."""
    pages = sorted(ours.page_f1.keys() & theirs.page_f1.keys())
    gaps = np.array([ours.page_f1[page] - theirs.page_f1[page] for page in pages])
    chance = np.random.default_rng(0)
    means = np.array([gaps[chance.integers(0, len(gaps), len(gaps))].mean() for _ in range(RESAMPLES)])
    low, high = np.quantile(means, (0.025, 0.975))
    return float(gaps.mean()), float(low), float(high)


def table(answers: list[Answers], ours: Answers) -> list[str]:
    """The rows of a Markdown table: body F1 a set, the paired difference, fields, speed."""
    named = {"title": "title", "authors": "authors", "day": "date"}
    head = ["extractor", *SETS, "page F1, all", f"{OURS} better by (95%)"]
    head += [f"{name}, fundus_test / wcxb" for name in named] + ["pages/s"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for one in answers:
        row = [one.name, *(f"{one.figures[kind].get('f1', 0):.3f}" for kind in SETS)]
        row.append(f"{np.mean(list(one.page_f1.values())):.3f}")
        row.append("" if one is ours else "{:+.3f} [{:+.3f}, {:+.3f}]".format(*difference(ours, one)))
        for what in named.values():
            both = [one.figures[kind].get(what) for kind in ("fundus_test", "wcxb")]
            row.append(" / ".join(f"{value:.2f}" for value in both if value is not None))
        row.append(f"{one.speed:.0f}")
        lines.append("| " + " | ".join(row) + " |")
    return lines


def measure(
    folder: Path, dump: str, peers: dict[str, Any], told: argparse.Namespace, scorer: ModuleType
) -> list[Answers]:
    """Ours and every peer on one dump of the pages, ours first."""
    truth = scorer.read(told.pages / "truth.jsonl")
    paths = sorted(path for path in folder.iterdir() if path.name.split(".")[0] in truth)
    found = [judge(OURS, run_ours(paths, sorted(told.folds.glob("*.json.xz"))), truth, scorer)]
    for name in peers:
        some = paths[:: max(1, len(paths) // SAMPLED[name])] if name in SAMPLED else paths
        print(f"{dump}: {name}", file=sys.stderr, flush=True)
        try:
            found.append(judge(name, run(told.peers, name, some), truth, scorer))
        except (RuntimeError, OSError) as error:
            print(f"{name} could not be run: {error}", file=sys.stderr)
    return found


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, default=PAGES)
    parser.add_argument("--folds", type=Path, default=ROOT / "build" / "folds")
    parser.add_argument("--peers", default=str(ROOT / "build" / "peers" / "bin" / "python"))
    parser.add_argument("--out", type=Path, default=ROOT / "docs")
    told = parser.parse_args()
    if not (told.pages / "score.py").exists():
        print(f"There are no labelled pages in {told.pages} (docs/train.md says how to lay them out).", file=sys.stderr)
        return 0
    spec = importlib.util.spec_from_file_location("score", told.pages / "score.py")
    assert spec and spec.loader
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    html = measure(told.pages / "html", "html", HTML, told, scorer)
    texts = [(dump, measure(told.pages / dump, dump, TEXT, told, scorer)) for dump in ("text_lines", "text_split")]
    seen = "by the model of its fold, which has not seen the page's site" if any(told.folds.glob("*.json.xz")) else (
        "**by the shipped model, which has learned from these very pages: not comparable**")  # fmt: skip
    versions = subprocess.run([told.peers, "-m", "pip", "freeze"], capture_output=True, text=True).stdout.split()
    names = ("trafilatura", "newspaper4k", "readability-lxml", "resiliparse", "justext", "news-please")
    lines = [
        "# How good, how fast",
        "",
        f"Made by `make bench` on {platform.machine()}, Python {platform.python_version()}, "
        + ", ".join(v.replace("==", " ") for v in versions if v.split("==")[0].lower() in names)
        + f". {len(html[0].records)} labelled pages of four public sets ([docs/train.md](train.md)); each read {seen}.",
        "",
        "Body F1 is over shingles of four words, P and R averaged over pages; the right half of the table is exact titles, "
        "mean F1 of authors, same calendar day. Pages a second are processor time of one process, from bytes to fields.",
        "",
        "![Body F1 against pages a second](benchmark.svg)",
        "",
        "## From HTML",
        "",
        *table(html, html[0]),
        *(f"\n({name}: {count} pages, spread over all.)" for name, count in SAMPLED.items()),
    ]
    for dump, found in texts:
        what = "the visible text, a block a line" if dump == "text_lines" else "the same, split at every inline tag"
        lines += ["", f"## From plain text: `{dump}` ({what})", "", *table(found, found[0])]
    (told.out / "benchmark.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    points = [(one.name, one.speed, float(np.mean(list(one.page_f1.values())))) for one in html]
    script = ROOT / "tests" / "bench" / "picture.py"
    subprocess.run(
        [told.peers, str(script), told.out / "benchmark.svg"], input=json.dumps(points), text=True, check=True
    )
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
