"""The sample copy of seeds/articles against what an editor wants of it (tests/golden, conventions in its README)."""

import json
from pathlib import Path

import pytest

from flows.document import make_article
from schemas.settings import Settings
from tasks._text import clean_line
from tasks.read import read_input

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "golden"
FIELDS = (
    "title", "standfirst", "authors", "author_kinds", "published_at", "updated_at", "published_on", "published_precision",
    "published_basis", "source", "url", "language", "captions",
)  # fmt: skip


def golden_files():
    """Those of seeds/articles; pages of outlets with rules of their own are tests/test_publishers.py's."""
    return sorted(path for path in GOLDEN.rglob("*.json") if path.relative_to(GOLDEN).parts[0] != "publishers")


def cases():
    for path in golden_files():
        name = str(path.relative_to(GOLDEN))[: -len(".json")]
        wanted = json.loads(path.read_text(encoding="utf-8"))
        for number, golden in enumerate(wanted if isinstance(wanted, list) else [wanted]):
            yield pytest.param(name, golden, id=f"{name}[{number}]" if isinstance(wanted, list) else name)


def record_of(name, golden):
    records = [
        make_article(d, Settings()).as_record() for d in read_input(str(ROOT / "seeds" / "articles" / name), Settings())
    ]
    if "origin_fragment" in golden:
        records = [r for r in records if r["origin"].partition("#")[2] == str(golden["origin_fragment"]).lstrip("#")]
    elif len(records) > 1:
        records = [r for r in records if r["url"] == golden["url"]]
    assert len(records) == 1
    return records[0]


@pytest.mark.parametrize(("name", "golden"), list(cases()))
def test_golden(name, golden):
    record = record_of(name, golden)
    assert record["outcome"] == golden["outcome"], record["reasons"]
    if golden["outcome"] == "rejected":
        assert record["reasons"][0] in golden["reasons"]
        return
    assert {k: record[k] for k in FIELDS if k in golden} == {k: golden[k] for k in FIELDS if k in golden}
    if "body" in golden:
        assert record["body"].split("\n\n") == [clean_line(paragraph) for paragraph in golden["body"]]
    removed = [(clean_line(piece["text"]), piece["kind"]) for piece in record["removed"]]
    for beginning, kinds in golden.get("removed_kinds", ()):
        taken = [kind for text, kind in removed if text.startswith(clean_line(beginning))]
        assert any(kind in kinds.split("|") for kind in taken), (beginning, kinds, taken)
    assert set(golden.get("flags", ())) <= set(record["flags"])


def test_every_sample_has_a_golden():
    samples = {
        str(p.relative_to(ROOT / "seeds" / "articles")) for p in (ROOT / "seeds" / "articles").rglob("*") if p.is_file()
    }
    goldens = {str(p.relative_to(GOLDEN))[: -len(".json")] for p in golden_files()}
    assert samples == goldens
