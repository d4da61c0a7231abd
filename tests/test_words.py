"""What words are common in a warehouse is learned by `reprocess`, and then tells no articles alike."""

import json
import os
import random
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

os.environ["COPYDESK_TRACK"] = "0"  # before the flows are imported

import tasks._terms
from flows.ingest import ingest
from flows.reprocess import reprocess
from tasks._terms import Copy, split, vectors
from tasks._text import UNSPACED, folded
from tests.test_stories import report
from warehouse.backup import backup
from warehouse.frequencies import Frequencies, read_frequencies
from warehouse.reports import run_query

#: Names of one town, that no table of a language has.
TOWN = ["Brixleton", "Harnwell", "Gatchside", "Oldermere", "Tollbury", "Wexgrove"]
EVENTS, ON_EACH = 24, 2


def of_one_town(seed: int = 1) -> list[dict[str, str]]:
    """Articles on several events in a paper of one town, each with an id that begins with its event."""
    rng = random.Random(seed)
    rows = []
    for event in range(EVENTS):
        for number in range(ON_EACH):
            said = [TOWN[0]] * 6 + [word for word in TOWN[1:] if rng.random() < 0.6 for _ in range(4)]
            body = f"{report((seed, event), number, 10, 25)} The town was {' and '.join(said)} all that week."
            rows.append({"id": f"{event}-{number}", "text": body, "language": "en", "source": "Town Crier"})
    return rows


def dump(folder: Path, rows: list[dict[str, str]], name: str = "town") -> str:
    path = folder / f"{name}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def stories(warehouse: Path) -> set[frozenset[str]]:
    found = ask(warehouse, "SELECT list(split_part(origin, '#', 2)) FROM articles GROUP BY story_id")
    return {frozenset(ids) for (ids,) in found}


def ask(warehouse: Path, sql: str) -> list[tuple[Any, ...]]:
    with run_query(warehouse, sql) as (_, rows):
        return list(rows)


def snapshots(warehouse: Path) -> list[str]:
    return sorted(path.name for path in (warehouse.parent / "landing" / "words").glob("*"))


TOLD = "SELECT * EXCLUDE (story_id, first_seen_at) FROM stories ORDER BY ALL"
BY_EVENT = {frozenset(f"{event}-{number}" for number in range(ON_EACH)) for event in range(EVENTS)}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town's paper before and after `reprocess`, in folders of their own."""
    folder = tmp_path_factory.mktemp("town")
    ingest([dump(folder, of_one_town())], str(folder / "before" / "news.duckdb"), workers=1)
    shutil.copytree(folder / "before", folder / "after")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks._terms, "LEAST_ARTICLES", EVENTS * ON_EACH)
        reprocess(str(folder / "after" / "news.duckdb"), workers=1)
    return folder


@pytest.fixture
def town(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A warehouse of which it was learned what is common, and where so many articles are enough to learn from."""
    monkeypatch.setattr(tasks._terms, "LEAST_ARTICLES", EVENTS * ON_EACH)
    shutil.copytree(made / "after", tmp_path / "data")
    return tmp_path / "data" / "news.duckdb"


def test_what_every_article_has_makes_no_story_once_it_is_learned(made: Path):
    assert max(map(len, stories(made / "before" / "news.duckdb"))) > ON_EACH  # the names hold events together
    assert stories(made / "after" / "news.duckdb") == BY_EVENT
    assert snapshots(made / "after" / "news.duckdb") == ["0001.npz"]


def test_nothing_is_learned_again_until_there_is_twice_as_much(town: Path, tmp_path: Path):
    known = read_frequencies(town.parent / "landing")
    more = [{**row, "id": f"more {row['id']}"} for row in of_one_town(2)]
    ingest([dump(tmp_path, more[:-1], "more")], str(town), workers=1)
    reprocess(str(town), workers=1)
    assert snapshots(town) == ["0001.npz"]
    ingest([dump(tmp_path, more[-1:], "last")], str(town), workers=1)
    reprocess(str(town), workers=1)
    assert snapshots(town) == ["0001.npz", "0002.npz"]
    assert read_frequencies(town.parent / "landing").name != known.name


def test_few_articles_teach_nothing(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tasks._terms, "LEAST_ARTICLES", EVENTS * ON_EACH + 1)
    town = tmp_path / "data" / "news.duckdb"
    shutil.copytree(made / "before", town.parent)
    reprocess(str(town), workers=1)
    assert snapshots(town) == [] and stories(town) == stories(made / "before" / "news.duckdb")


def test_words_that_few_articles_have_are_not_kept(town: Path):
    (common,) = read_frequencies(town.parent / "landing").languages.values()
    assert common.articles == EVENTS * ON_EACH
    kept = dict(zip(common.terms.tolist(), common.shares.tolist(), strict=True))
    assert kept[tasks._terms.key("brixleton", True)] == 1
    words = [set(tasks._terms.split(row["text"])) for row in of_one_town()]
    rare = {w for some in words for w in some if sum(w in others for others in words) <= ON_EACH}
    assert len(rare) > 100 and not [w for w in rare if tasks._terms.key(w, True) in kept]


def test_a_rebuild_goes_by_what_was_learned(town: Path):
    before = ask(town, TOLD)
    for path in town.parent.glob("*news.duckdb*"):
        path.unlink()
    reprocess(str(town), all=True, workers=1)
    assert stories(town) == BY_EVENT and snapshots(town) == ["0001.npz"]
    assert ask(town, TOLD) == before


def test_a_backup_has_it(town: Path, tmp_path: Path):
    backup(town, town.parent / "landing", tmp_path / "elsewhere")
    assert read_frequencies(tmp_path / "elsewhere" / "landing").name == read_frequencies(town.parent / "landing").name


def test_what_cannot_be_read_loses_no_article(town: Path, tmp_path: Path):
    (town.parent / "landing" / "words" / "0001.npz").write_bytes(b"broken")
    summary = ingest([dump(tmp_path, [{**of_one_town(3)[0], "id": "new"}], "new")], str(town), workers=1)
    assert summary["loaded"] == 1
    assert any("words/0001.npz cannot be read" in warning for warning in summary["warnings"])


_WORDS = st.text("abs 12é\n日本ก็𠀀", max_size=40) | st.sampled_from(
    ["1990s and 1990", "maps", "the council 日本語 council", ""]
)
_COPIES = st.tuples(st.none() | _WORDS, st.none() | _WORDS, _WORDS, st.sampled_from(["en", "ja", "xx", None]))


@given(st.lists(_COPIES, max_size=6))
def test_vectors_do_not_depend_on_what_is_read_with_them(copies: list[Copy]):
    together = vectors(copies, Frequencies())
    for place, copy in enumerate(copies):
        alone, own = vectors([copy], Frequencies()), together.owners == place
        assert alone.terms.tolist() == together.terms[own].tolist()
        assert alone.weights.tolist() == together.weights[own].tolist()


@given(_WORDS)
def test_scripts_without_spaces_are_read_as_pairs(text: str):
    runs = re.findall(rf"[{UNSPACED}]+|[^\W_{UNSPACED}]+", folded(text))
    pairs = [
        [run[n : n + 2] for n in range(max(len(run) - 1, 1))] if re.match(f"[{UNSPACED}]", run) else [run]
        for run in runs
    ]
    assert split(text) == [part for parts in pairs for part in parts]
