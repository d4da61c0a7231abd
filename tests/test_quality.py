"""Quality on real pages whose truth others wrote: floors that only go up (quality_floor.json).

Needs ../shared/eval, which is not part of the project.  The labeller has learned from these very pages, so that its
floors are also held against what it reached on sites it had not seen, as seeds/labeller.toml has it.
"""

import gzip
import hashlib
import importlib.util
import json
import tomllib
from pathlib import Path

import pytest

from flows.pool import Pool
from schemas.document import Document
from schemas.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
EVAL = ROOT.parent / "shared" / "eval"
FLOOR = json.loads((ROOT / "tests" / "quality_floor.json").read_text(encoding="utf-8"))

needs_pages = pytest.mark.skipif(not EVAL.exists(), reason="the evaluation pages are not here")
LEARNED = tomllib.loads((ROOT / "seeds" / "labeller.toml").read_text(encoding="utf-8"))


def documents(paths):
    for path in paths:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        media_type = "text/plain" if path.suffix == ".txt" else "text/html"
        yield Document(hashlib.sha256(content).hexdigest(), str(path), content, media_type)


@pytest.fixture(scope="module")
def pool():
    with Pool(Settings()) as pool:
        yield pool


@pytest.fixture(scope="module")
def scorer():
    spec = importlib.util.spec_from_file_location("score", EVAL / "score.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@needs_pages
@pytest.mark.parametrize("folder", ["html", "text_lines", "text_split"])
def test_no_figure_falls_below_its_floor(folder, pool, scorer):
    records = [article.as_record() for article in pool.map(documents(sorted((EVAL / folder).iterdir())))]
    predictions = {scorer.page_id(record): record for record in records}
    truth = scorer.read(EVAL / "truth.jsonl")
    below = []
    for name, floors in FLOOR[folder].items():
        measured, _ = scorer.score({k: page for k, page in truth.items() if page["set"] == name}, predictions)
        below += [(folder, name, what, measured[what]) for what, floor in floors.items() if measured[what] < floor]
        if measured["refused"] > FLOOR["refused_at_most"][name]:
            below.append((folder, name, "refused", measured["refused"]))
    assert below == []


@needs_pages
@pytest.mark.parametrize("suffix", [".html.gz", ".txt"])
def test_pages_that_are_no_articles_are_refused(suffix, pool):
    articles = list(pool.map(documents(sorted((EVAL / "not_articles").glob(f"*{suffix}")))))
    refused = sum(article.outcome == "rejected" for article in articles) / len(articles)
    assert refused >= FLOOR["not_articles_refused_at_least"][suffix]


@pytest.mark.parametrize("dump", ["html", "text_lines", "text_split"])
def test_what_the_labeller_reached_on_unseen_sites_keeps_its_floors(dump):
    below = [
        (dump, name, what, LEARNED[dump][name][what])
        for name, floors in FLOOR[dump].items()
        for what, floor in floors.items()
        if LEARNED[dump][name][what] < floor
    ]
    assert below == []
    for name, ceilings in FLOOR["at_most"].get(dump, {}).items():
        for what, most in ceilings.items():
            assert LEARNED[dump][name][what] <= most, (name, what)
    for name, bare in LEARNED["text_lines_without_bullets"].items():
        assert LEARNED["text_lines"][name]["f1"] - bare["f1"] <= 0.01


@pytest.mark.parametrize("suffix", [".html.gz", ".txt"])
def test_pages_of_unseen_sites_that_are_no_articles_were_refused(suffix):
    assert LEARNED["not_articles_refused"][suffix] >= FLOOR["not_articles_refused_at_least"][suffix]


def test_the_figures_are_those_of_the_model_that_is_here():
    model = (ROOT / "seeds" / "labeller.json.xz").read_bytes()
    assert LEARNED["model_sha256"] == hashlib.sha256(model).hexdigest()
