"""What was forgotten does not come back: by the same copy, by what is made anew, by a backup, by a kill."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

os.environ["COPYDESK_TRACK"] = "0"  # before the flows are imported

from flows.forget import forget
from flows.ingest import ingest
from flows.reprocess import reprocess
from tests import test_forget
from tests.conftest import ROOT
from tests.test_forget import (
    MARK,
    MARKED,
    OTHER_BYTES,
    OTHERS,
    SOURCE,
    URL,
    ask,
    faults,
    marked_ids,
    row,
    settings,
    where_it_stands,
    write_dump,
)
from warehouse.connection import open_writer

filled, data = test_forget.filled, test_forget.data


def test_it_does_not_come_back(data: Path, tmp_path: Path):
    """The same copy, the same address with other words, the same words from elsewhere: all are counted, none is kept."""
    forget(settings(data), [URL])
    warehouse = str(data / "w.duckdb")
    count = ask(data, "SELECT count(*) FROM article_versions")
    elsewhere = {**MARKED[0], "id": "x9", "url": "https://harbour.example/a-new-address", "text": OTHER_BYTES}
    changed = row("q", f"{MARK} quay again", 77, url=URL + "?utm_source=feed")
    again = write_dump(tmp_path / "again.jsonl", [MARKED[0], elsewhere, changed])
    for _ in range(2):
        summary = ingest([again], warehouse, workers=1)
        assert (summary["inputs"], summary["quarantined"], summary["balanced"]) == (3, 3, True)
        assert summary["reasons"] == {"forgotten": 3} and summary["refused"] == []
    other = write_dump(tmp_path / "other.jsonl", [{**MARKED[0], "source": "Prairie Ledger", "url": None}])
    assert ingest([other], warehouse, workers=1)["loaded"] == 1  # the words of another outlet are its own article
    assert [(n + 1,) for (n,) in count] == ask(data, "SELECT count(*) FROM article_versions")
    assert forget(settings(data), [str(tmp_path / "other.jsonl#m1")])["articles"][0]["source"] == "Prairie Ledger"
    rest = marked_ids(data)
    forget(settings(data), rest)
    shutil.rmtree(data / "exported")
    assert where_it_stands(data) == []
    assert faults(data) == []


def test_a_load_that_died_before_it_was_out_of_its_pack_is_ended_by_the_next(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The same words from another address are known only when they have been read, and were landed by then."""
    forget(settings(data), marked_ids(data))
    shutil.rmtree(data / "exported")
    again = write_dump(tmp_path / "again.jsonl", [{**MARKED[0], "id": "x", "url": None, "text": OTHER_BYTES}])

    def dies(*_: Any) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("warehouse.landing.take_out", dies)
        with pytest.raises(OSError, match="Input"):
            ingest([again], str(data / "w.duckdb"), workers=1)
    assert [name for name in where_it_stands(data) if name.endswith(".parquet")]
    ingest([write_dump(tmp_path / "more.jsonl", [OTHERS[0]])], str(data / "w.duckdb"), workers=1)
    assert where_it_stands(data) == []
    assert faults(data) == []


def lose_warehouse(data: Path) -> None:
    for path in data.glob("*w.duckdb*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def test_it_stays_out_of_all_that_is_made_anew(data: Path):
    forget(settings(data), marked_ids(data))
    shutil.rmtree(data / "exported")
    warehouse = str(data / "w.duckdb")
    articles = "SELECT * EXCLUDE (run_id, loaded_at, story_id) FROM article_versions ORDER BY article_id, version"
    buried = "SELECT * FROM tombstone_keys ORDER BY ALL"
    before = ask(data, articles), ask(data, buried)
    assert reprocess(warehouse, all=True, workers=1)["inputs"] == 7
    lose_warehouse(data)
    assert reprocess(warehouse, all=True, workers=1)["inputs"] == 7
    plain = "SELECT count(*), count(DISTINCT body_hash) FROM article_versions"
    assert ask(data, plain) and (ask(data, articles.replace("story_id", "story_id, rules_version")), ask(data, buried)) == (
        [row_without(r, data) for r in before[0]], before[1]
    )  # fmt: skip
    assert where_it_stands(data) == []
    assert faults(data) == []


def row_without(values: tuple, data: Path) -> tuple:
    """Without rules_version: what is learned is another snapshot."""
    names = [
        n
        for (n,) in ask(
            data, "SELECT column_name FROM duckdb_columns() WHERE table_name = 'article_versions' ORDER BY column_index"
        )
    ]
    names = [n for n in names if n not in ("run_id", "loaded_at", "story_id")]
    return tuple(v for n, v in zip(names, values, strict=True) if n != "rules_version")


def test_a_backup_of_raw_packs_from_before_does_not_bring_it_back(data: Path, tmp_path: Path):
    shutil.copytree(data / "landing", tmp_path / "old")
    forget(settings(data), marked_ids(data))
    shutil.copytree(tmp_path / "old", data / "landing", dirs_exist_ok=True)
    lose_warehouse(data)
    shutil.rmtree(data / "exported")
    assert reprocess(str(data / "w.duckdb"), all=True, workers=1)["inputs"] == 7
    assert where_it_stands(data) == []


STEPS = [
    "warehouse.tombstones.bury", "warehouse.tombstones.forget_lines", "warehouse.landing.take_out", "tasks.relate.Relations.regroup",
    "warehouse.connection.sync_folder", "warehouse.connection._connect", "warehouse.tombstones.publish", "warehouse.tombstones._clear_beside",
    "warehouse.tombstones._mark",
]  # fmt: skip


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_anywhere_the_next_command_ends_it(data: Path, step: str, when: str):
    owner, _, name = step.rpartition(".")
    code = f"""
import importlib, os, sys
os.environ["COPYDESK_TRACK"] = "0"
owner = {owner!r}
try: owner = importlib.import_module(owner)
except ModuleNotFoundError: owner = getattr(importlib.import_module(owner.rpartition(".")[0]), owner.rpartition(".")[2])
from pathlib import Path
from flows.forget import forget
from schemas.settings import Settings
import warehouse.tombstones
was, armed = getattr(owner, {name!r}), []
def dies(*arguments, **named):
    if not armed: return was(*arguments, **named)
    if {when!r} == "after": was(*arguments, **named)
    os._exit(9)
setattr(owner, {name!r}, dies)
write = warehouse.tombstones.write_forgetting
def arm(*arguments):
    path = write(*arguments)
    armed.append(1)
    return path
warehouse.tombstones.write_forgetting = arm
forget(Settings(warehouse=Path(sys.argv[1])), sys.argv[2:])
"""
    names = marked_ids(data)
    command = [sys.executable, "-c", code, str(data / "w.duckdb"), *names]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 9, done.stderr
    empty = write_dump(data / "empty.jsonl", [OTHERS[0]])
    ingest([empty], str(data / "w.duckdb"), workers=1)
    shutil.rmtree(data / "exported")
    assert where_it_stands(data) == []
    assert faults(data) == []
    assert [a["article_id"] for a in forget(settings(data), names)["already"]] == sorted(names, key=names.index)


def test_a_page_that_was_taken_down_is_never_asked_for_again(data: Path):
    from datetime import UTC, datetime

    from schemas.collected import Found
    from schemas.source import Source
    from warehouse.collected import Collected

    source = Source(id="harbour", name=SOURCE, kind="feed", addresses=("https://harbour.example/feed",))
    now = datetime.now(UTC)
    found = [(source, Found(URL)), (source, Found("https://harbour.example/2026/other"))]
    with open_writer(data / "w.duckdb") as writer:
        due, *_ = Collected(writer).note_found(found, now)
        assert len(due) == 2
    forget(settings(data), [URL])
    with open_writer(data / "w.duckdb") as writer:
        due, new, _ = Collected(writer).note_found(found, now)
        assert [known.url for known in due] == ["https://harbour.example/2026/other"] and not new
    assert ask(data, f"SELECT count(*) FROM collected_urls WHERE contains(url, '{MARK}')") == [(0,)]
