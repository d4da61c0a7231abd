"""What the labeller reaches on pages of sites it has not seen: `python -m tests.training.scores FOLDS [--pages FOLDER]`.

The figures go to seeds/labeller.toml, beside the model and with the fingerprints of both.

FOLDS is what `python -m tests.training.train --folds FOLDS` wrote: a model for each fold and the pages it has not seen.
Each page goes the whole way with the model of its fold; score.py of the evaluation set compares the records.
"""

import argparse
import gzip
import hashlib
import importlib.util
import json
import re
import statistics
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import tasks._trees
from flows.document import make_article
from schemas.document import Document
from schemas.settings import Settings
from tasks._trees import MODEL
from tests.training.pages import PAGES, fingerprint

FIGURES = ("f1", "p", "r", "exact", "title", "authors", "authors_spurious", "date", "date_spurious", "captions_found",
           "captions_leaked", "refused")  # fmt: skip
_BULLET = re.compile(r"^\s*[•◦▪‣·*–-]\s+", re.M)


def read(path: Path, *, bare: bool = False) -> Document:
    """A page or a dump of one; `bare`: bullets stripped from its lines."""
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    elif bare:
        content = _BULLET.sub("", content.decode()).encode()
    media_type = "text/html" if path.suffix == ".gz" else "text/plain"
    return Document(hashlib.sha256(content).hexdigest(), path.name.removesuffix(".gz"), content, media_type)


def records_of(paths: list[Path], model: Path, *, bare: bool) -> dict[str, dict[str, Any]]:
    """The records of these pages with this model, by the pages' ids."""
    tasks._trees.MODEL = model
    return {path.name.split(".")[0]: make_article(read(path, bare=bare), Settings()).as_record() for path in paths}


def all_records(folds: list[tuple[Path, list[Path]]], *, bare: bool = False) -> dict[str, dict[str, Any]]:
    """The records of all pages, those of each fold with the model that has not seen them."""
    with ProcessPoolExecutor(2, max_tasks_per_child=1, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(records_of, paths, model, bare=bare) for model, paths in folds]
        return {page: record for job in jobs for page, record in job.result().items()}


def main() -> int:
    """A line for each dump and set: the mean over all pages, and the least and greatest F1 of a fold."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("folds", type=Path)
    told.add_argument("--pages", type=Path, default=PAGES)
    told.add_argument("--out", type=Path, help="a folder for the records, one file for each dump")
    arguments = told.parse_args()
    folder: Path = arguments.pages
    spec = importlib.util.spec_from_file_location("score", folder / "score.py")
    assert spec and spec.loader
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    truth = scorer.read(folder / "truth.jsonl")
    folds = [(path, path.with_name(path.name.split(".")[0] + ".txt").read_text().split())
             for path in sorted(arguments.folds.glob("*.json.xz"))]  # fmt: skip
    written = [
        "# What the labeller reaches on pages of sites that it has not seen (python -m tests.training.scores).",
        f"pages = {sum(len(ids) for _, ids in folds)}",
        f'data_sha256 = "{fingerprint(folder, [page for _, ids in folds for page in ids])}"',
        f'model_sha256 = "{hashlib.sha256(MODEL.read_bytes()).hexdigest()}"',
    ]
    for dump, bare in (("text_lines", False), ("text_split", False), ("text_lines", True), ("html", False)):
        name = dump + (" without bullets" if bare else "")
        suffix = ".html.gz" if dump == "html" else ".txt"
        paths = [(model, [folder / dump / f"{page}{suffix}" for page in ids]) for model, ids in folds]
        records = all_records(paths, bare=bare)
        if arguments.out:
            arguments.out.mkdir(parents=True, exist_ok=True)
            path = arguments.out / f"{name.replace(' ', '_')}.jsonl"
            path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records.values()))
        for kind in sorted({page["set"] for page in truth.values()}):
            pages = {page: row for page, row in truth.items() if row["set"] == kind}
            figures, _ = scorer.score(pages, records)
            by_fold = []
            for _, ids in folds:
                some = {page: pages[page] for page in ids if page in pages}
                if len(some) > 4:
                    by_fold.append(scorer.score(some, records)[0]["f1"])
            written += ["", f"[{name.replace(' ', '_')}.{kind}]"]
            written += [f"{figure} = {figures[figure]:.4f}" for figure in FIGURES if figure in figures]
            written += [f"f1_by_fold = [{', '.join(f'{value:.4f}' for value in by_fold)}]"]
            spread = f"folds {min(by_fold):.3f} to {max(by_fold):.3f}, sd {statistics.pstdev(by_fold):.3f}"
            print(
                f"{name:28} {kind:12}", *(f"{f}={figures[f]:.3f}" for f in FIGURES if f in figures), spread, flush=True
            )
    written += ["", "[not_articles_refused]"]
    for suffix in (".txt", ".html.gz"):
        others = [
            (model, model.with_name(model.name.split(".")[0] + ".others.txt").read_text().split()) for model, _ in folds
        ]
        paths = [(model, [folder / "not_articles" / f"{page}{suffix}" for page in ids]) for model, ids in others]
        refused = [record["outcome"] == "rejected" for record in all_records(paths).values()]
        written.append(f'"{suffix}" = {sum(refused) / len(refused):.4f}')
        print(f"no articles {suffix:16} refused={sum(refused) / len(refused):.3f}", flush=True)
    MODEL.with_name("labeller.toml").write_text("\n".join(written) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
