"""`copydesk forget`: nothing of an article is left anywhere, and all else is as it was."""

import json
import os
import random
import shutil
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest

os.environ["COPYDESK_TRACK"] = "0"  # before the flows are imported

from flows.forget import forget, plan
from flows.ingest import ingest
from flows.reprocess import reprocess
from schemas.errors import UsageError
from schemas.settings import Settings
from tests.conftest import copydesk
from warehouse.audit import audit
from warehouse.connection import open_reader

#: Stands in what is taken down and in nothing else: in words, addresses and paths.
MARK = "zanthoria"
URL = f"https://harbour.example/2026/{MARK}-quay"
SOURCE = "Harbour Standard"
FOOT = "Every weekday morning our reporters walk the whole length of the harbour wall."
MARKED_FOOT = f"Our long series on {MARK} quay runs in this paper on every other Saturday."


WORDS = [
    "barrel",
    "candle",
    "drift",
    "ember",
    "fallow",
    "girder",
    "hollow",
    "island",
    "jetty",
    "kettle",
    "ladder",
    "market",
    "needle",
    "orchard",
    "pebble",
    "quarry",
    "ribbon",
    "saddle",
    "timber",
    "umbrella",
    "valley",
    "willow",
    "yellow",
    "anchor",
    "bucket",
    "copper",
    "danger",
    "engine",
    "feather",
    "garden",
    "hammer",
    "insect",
    "jacket",
    "kitchen",
    "lantern",
    "mirror",
    "napkin",
    "oyster",
    "pocket",
    "quiver",
    "rocket",
    "silver",
    "tunnel",
    "upland",
    "velvet",
    "window",
    "yonder",
    "acorn",
    "bridle",
    "cellar",
]


def story(subject: str, days: int, foot: str = FOOT) -> str:
    """An article that shares no passage with another but its last line."""
    chance = random.Random(days)
    sentences = [
        f"The {' '.join(chance.sample(WORDS, 9))} near {subject} was {' '.join(chance.sample(WORDS, 8))} for {days + n} days."
        for n in range(12)
    ]
    return "\n\n".join([" ".join(sentences[at : at + 3]) for at in range(0, 12, 3)] + [foot]) + "\n"


def row(id: str, subject: str, days: int, **given: Any) -> dict[str, Any]:
    title = given.pop("title", f"Work on {subject} drags on")
    return {"id": id, "source": SOURCE, "title": title, "text": story(subject, days, given.pop("foot", FOOT)), **given}


def write_dump(path: Path, rows: list[dict[str, Any]]) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return str(path)


OTHERS = [
    row(f"n{n}", f"the {town} bridge", n) for n, town in enumerate(("Skarra", "Ostby", "Wend", "Lull", "Marn"), 2)
]
COPIED = {**row("w1", "the Skarra bridge", 2), "source": "Prairie Ledger"}
MARKED = [
    row("m1", f"{MARK} quay", 11, url=URL, foot=MARKED_FOOT),
    row("m2", f"old {MARK} pier", 21, foot=MARKED_FOOT),
    row("m3", f"new {MARK} lock", 31, foot=MARKED_FOOT),
]
#: The same words.
OTHER_BYTES = MARKED[0]["text"].replace("\n\n", "\n\n\n")
REFUSED = {"id": f"short-{MARK}", "url": URL, "source": SOURCE, "text": f"Subscribe to read about {MARK}."}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with everything that copydesk leaves in one: versions, refusals, links, a snapshot, an export."""
    folder = tmp_path_factory.mktemp("law")
    warehouse = str(folder / "data" / "w.duckdb")
    edited = {**MARKED[0], "text": MARKED[0]["text"] + f"\nA spokesman for {MARK} said no more than that on Friday.\n"}
    ingest([write_dump(folder / "in" / "others.jsonl", [*OTHERS, COPIED])], warehouse, workers=1)
    ingest([write_dump(folder / "in" / f"{MARK}.jsonl", [*MARKED, REFUSED])], warehouse, workers=1)
    ingest([write_dump(folder / "in" / "second.jsonl", [edited, OTHERS[0]])], warehouse, workers=1)
    reprocess(warehouse, workers=1)
    shutil.rmtree(folder / "in")
    for command in ("export", "report"):
        place = [str(folder / "data" / "exported")] if command == "export" else []
        done = copydesk(command, *place, "--warehouse", warehouse)
        assert done.returncode == 0, done.stderr
    assert "Skarra" in copydesk("search", "Skarra", "--warehouse", warehouse).stdout  # which makes the index
    return folder / "data"


@pytest.fixture
def data(filled: Path, tmp_path: Path) -> Path:
    """A copy of it; what was noted of exports and reports names this one."""
    data = tmp_path / "data"
    shutil.copytree(filled, data)
    made = data / ".w.duckdb.made"
    made.write_text(made.read_text().replace(str(filled), str(data)))
    return data


def settings(data: Path) -> Settings:
    return Settings(warehouse=data / "w.duckdb")


def marked_ids(data: Path) -> list[str]:
    return [i for (i,) in ask(data, f"SELECT DISTINCT article_id FROM articles WHERE contains(lower(body), '{MARK}')")]


def ask(data: Path, sql: str) -> list[tuple]:
    connection = open_reader(data / "w.duckdb")
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def where_it_stands(data: Path) -> list[str]:
    """Every file under the folder in which the word can be found, as bytes or unpacked; what a name tells, too."""
    found = []
    for path in sorted(p for p in data.rglob("*") if p.is_file()):
        told = [str(path.relative_to(data)), path.read_bytes().decode("latin-1")]
        if path.suffix == ".parquet":
            told += [
                json.dumps(
                    pq.read_table(path).to_pylist(),
                    default=lambda v: v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v),
                )
            ]
        if path.suffix == ".npz":
            with np.load(path) as arrays:
                told += [arrays["lines"].tobytes().decode()]
        if path.name.endswith((".duckdb", ".writing", ".before")):
            told += [str(rows) for rows in tables_of(path).values()]
        if any(MARK in text.lower() for text in told):
            found.append(path.name)
    return found


def tables_of(file: Path) -> dict[str, list[tuple]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        names = [n for (n,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {n: sorted(connection.execute(f"FROM {n}").fetchall(), key=repr) for n in names}


def faults(data: Path) -> list[Any]:
    return audit(data / "w.duckdb", data / "landing", 1000)["faults"]


def test_nothing_of_it_is_left_in_any_file(data: Path):
    (data / "w.duckdb.before").write_bytes((data / "w.duckdb").read_bytes())
    before = where_it_stands(data)
    assert {"w.duckdb", ".w.duckdb.writing", "w.duckdb.before", "w-report.html", "articles.parquet", "0001.npz"} <= set(
        before
    )
    told = forget(settings(data), marked_ids(data))
    assert (len(told["articles"]), told["documents"], told["refused"]) == (3, 5, 1)
    assert sorted(a["versions"] for a in told["articles"]) == [1, 1, 2]
    assert ask(data, "SELECT count(*), count(title) FROM stories WHERE article_count > 1") == [(1, 1)]
    # Exports were made for others, and are marked: with the list of what is to be deleted from them.
    exported = {path.name for path in (data / "exported").iterdir()}
    assert set(where_it_stands(data)) <= exported
    gone = {r["article_id"] for r in pq.read_table(data / "exported" / "tombstones.parquet").to_pylist()}
    assert gone == {a["article_id"] for a in told["articles"]}
    assert copydesk("export", str(data / "exported"), "--warehouse", str(data / "w.duckdb")).returncode == 0
    assert where_it_stands(data) == []
    assert faults(data) == []
    assert not (data / "w-report.html").exists() and not (data / "w.duckdb.before").exists()


#: What tells of a forgotten article by its absence, or of the change itself.  Who is in which story stands with the
#: articles; that the stories are counted anew is a promise of the audit.
TOLD = {"warehouse_state", "tombstones", "tombstone_keys"}
TOLD |= {"stories", "story_nodes", "story_edges", "story_terms", "story_changes"}


def test_all_else_is_as_it_was(data: Path):
    before = tables_of(data / "w.duckdb")
    packs = {p.name: pq.read_table(p) for p in (data / "landing").glob("*.parquet")}
    snapshot = [line for line in lines_of(data) if MARK not in line]
    forget(settings(data), marked_ids(data))
    assert faults(data) == []
    after = tables_of(data / "w.duckdb")
    numbers = {n for n, i, *_ in before["relate_articles"] if i in {r[0] for r in after["tombstones"]}}
    for name, rows in before.items():
        if name in TOLD:
            continue
        if name == "relate_marks":
            rows = [r for r in rows if r[0] not in numbers]
        if name == "receipts":  # run and place, and what came of it; of others all
            rows = [
                (run, place, "forgotten", *rest)
                if MARK in str((origin, rest)) or is_marked(rest, after)
                else (run, place, origin, *rest)
                for run, place, origin, *rest in rows
            ]
            assert sorted(rows, key=repr) == after[name]
            continue
        kept = [r for r in rows if MARK not in repr(r).lower() and not any(t[0] in r for t in after["tombstones"])]
        assert kept == after[name], name
    assert lines_of(data) == snapshot
    for path in (data / "landing").glob("*.parquet"):
        was = packs[path.name]
        stays = [r for r in was.to_pylist() if MARK not in repr(r).lower()]
        now = pq.read_table(path)
        assert now.to_pylist() == stays and now.schema.metadata == was.schema.metadata
    assert set(packs) - {p.name for p in (data / "landing").glob("*.parquet")} == {
        name for name, was in packs.items() if all(MARK in repr(r).lower() for r in was.to_pylist())
    }


def is_marked(rest: list[Any], after: dict[str, list[tuple]]) -> bool:
    return rest[-1] in {t[0] for t in after["tombstones"]}


def lines_of(data: Path) -> list[str]:
    with np.load(data / "landing" / "memory" / "0001.npz") as arrays:
        return arrays["lines"].tobytes().decode().split("\n")


# The command ----------------------------------------------------------------------------------------------------------


def test_what_would_go_is_told_and_asked(data: Path):
    warehouse = ["--warehouse", str(data / "w.duckdb")]
    was = where_it_stands(data)
    shown = json.loads(copydesk("forget", URL, "--dry-run", "--json", *warehouse).stdout)
    assert shown["dry_run"] and shown["articles"][0]["url"] == URL and shown["exports"] and shown["reports"]
    asked = copydesk("forget", URL, *warehouse)
    assert asked.returncode == 2 and "--yes" in asked.stderr and asked.stdout == ""
    assert where_it_stands(data) == was
    done = copydesk("forget", URL, "--yes", *warehouse)
    assert done.returncode == 0 and shown["articles"][0]["article_id"] in done.stdout, done.stderr
    again = copydesk("forget", URL, "--yes", *warehouse)
    assert again.returncode == 0 and "already" in again.stderr


def test_what_prefect_and_up_have_written_is_named(data: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PREFECT_HOME", str(data / "prefect"))
    (data / "up.log").write_text("16:30:16 | INFO | ingest inbox: done\n")
    assert (told := plan(settings(data), [URL]))["prefect"] == told["logs"] == []
    (data / "prefect").mkdir()
    (data / "prefect" / "prefect.db").write_bytes(b"")
    (data / "up.log").write_text(f"16:30:16 | WARNING | harbour: {URL}: timed out\n")
    told = plan(settings(data), [URL])
    assert (told["prefect"], told["logs"]) == ([str(data / "prefect" / "prefect.db")], [str(data / "up.log")])


@pytest.mark.parametrize(
    ("name", "words"),
    [("https://harbour.example/none", "nothing in the warehouse"), ("ab", "too short"), ("", "too short")],
)
def test_a_name_of_nothing_is_told(data: Path, name: str, words: str):
    with pytest.raises(UsageError, match=words):
        plan(settings(data), [name])


def test_an_id_may_be_shortened_while_it_is_clear(data: Path):
    ((article_id, *_),) = ask(data, f"SELECT article_id FROM articles WHERE url = '{URL}'")
    assert plan(settings(data), [article_id[:10]])["articles"][0]["article_id"] == article_id


def test_copies_in_other_outlets_are_named_and_stay(data: Path):
    ((article_id,),) = ask(data, "SELECT article_id FROM articles WHERE source = 'Prairie Ledger'")
    told = forget(settings(data), [article_id])
    same = [(r["kind"], r["source"]) for r in told["related"] if r["kind"] != "quotes"]  # their last lines are alike
    assert same == [("same_text", SOURCE)]
    assert ask(data, "SELECT count(*) FROM articles WHERE contains(title, 'Skarra')") == [(1,)]
    assert ask(data, "SELECT count(*) FROM article_links WHERE kind = 'same_text'") == [(0,)]
    assert ask(data, "SELECT count(near_duplicate_of) FROM articles") == [(0,)]
