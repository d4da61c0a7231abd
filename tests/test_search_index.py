"""The index of `copydesk search` follows the warehouse: changed, killed, broken, forgotten, beside a load."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from schemas.errors import WarehouseError
from tests import test_search
from tests.conftest import ROOT
from tests.test_search import ANY, COPY, NOW, found, put, take_out
from warehouse.connection import open_writer
from warehouse.publish import publish
from warehouse.search import search
from warehouse.search_index import bring_up_to_date, forget_in_index, index_folder

newsstand, own = test_search.newsstand, test_search.own


def test_new_changed_and_taken_out_articles(own: Path):
    put(own, "a tram at last")
    assert found(own, "tram") == ["a tram at last"]
    put(own, "a tram at last", at=NOW + timedelta(days=1), version=2, title="a monorail at last", body="It hums.")
    assert (found(own, "tram"), found(own, "monorail hums")) == ([], ["a tram at last"])
    put(
        own, "a tram at last", at=NOW + timedelta(days=2), version=2, title="a gondola", body="It sways."
    )  # reprocessed
    assert (found(own, "monorail"), found(own, "gondola")) == ([], ["a tram at last"])
    take_out(own, "a tram at last")
    assert found(own, "gondola") == []
    assert len(found(own, "storm")) == 2


def test_an_older_version_is_not_found(own: Path):
    with open_writer(own) as writer:
        with writer.transaction() as connection:
            connection.execute("UPDATE article_versions SET valid_to = now() WHERE article_id = 'surge'")
            connection.execute(
                "INSERT INTO article_versions SELECT * REPLACE (2 AS version, 'Calm again' AS title, 'No wind.' AS body, "
                "now() AS loaded_at, NULL AS valid_to) FROM article_versions WHERE article_id = 'surge'"
            )
        publish(writer)
    assert found(own, "surge") == ["cricket"]
    assert [(hit.article_id, hit.version) for hit in search(own, "calm", ANY)] == [("surge", 2)]


def test_nothing_is_done_when_nothing_was_published(own: Path, monkeypatch: pytest.MonkeyPatch):
    search(own, "storm", ANY)
    monkeypatch.setattr("warehouse.search_index._follow", lambda *_: pytest.fail("indexed again"))
    os.utime(own)  # another file, by its looks
    assert len(found(own, "storm")) == 2


def test_the_warehouse_is_not_opened_when_nothing_was_published(own: Path, monkeypatch: pytest.MonkeyPatch):
    put(own, "a tram at last")
    search(own, "storm", ANY)
    for module in ("search", "search_index"):
        monkeypatch.setattr(f"warehouse.{module}.open_reader", lambda _: pytest.fail("opened"))
    assert len(found(own, "storm")) == 2


@pytest.mark.parametrize(
    "harm", ["state", "words", "one", "segment", "manifest", "no manifest", "other", "everything", "format", "folder"]
)
def test_a_broken_index_is_made_anew(own: Path, harm: str):
    folder = index_folder(own)
    if harm == "state":
        (folder / "state.json").write_text("{")
    elif harm == "words":
        shutil.rmtree(folder / "words")
    elif harm == "one":
        (folder / "words" / "meta.json").write_text("not json")
    elif harm == "segment":
        for path in (folder / "words").iterdir():
            if path.suffix in (".idx", ".term", ".pos", ".store"):
                path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    elif harm == "manifest":
        (folder / "manifest.duckdb").write_bytes(b"no database" * 1000)
        (folder / "state.json").unlink()
    elif harm == "no manifest":
        (folder / "manifest.duckdb").unlink()
        put(own, "something new")
    elif harm == "other":
        state = json.loads((folder / "state.json").read_text())
        (folder / "state.json").write_text(
            json.dumps({**state, "warehouse_id": "another", "revision": "1", "file": None})
        )
    elif harm == "everything":
        shutil.rmtree(folder)
    elif harm == "format":
        state = json.loads((folder / "state.json").read_text())
        (folder / "state.json").write_text(json.dumps({**state, "format": 0}))
    else:
        shutil.rmtree(folder)
        folder.mkdir()
    assert sorted(found(own, "storm")) == ["cricket", "surge"]
    assert sorted(found(own, "港")) == ["chinese", "japanese"]


def test_killed_between_commit_and_note_nothing_is_there_twice(own: Path, monkeypatch: pytest.MonkeyPatch):
    put(own, "a tram at last")
    with monkeypatch.context() as patch:
        patch.setattr("warehouse.search_index._note", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            bring_up_to_date(own)
    assert found(own, "tram") == ["a tram at last"]
    import tantivy

    assert tantivy.Index.open(str(index_folder(own) / "words")).searcher().num_docs == len(COPY) + 1


def test_killed_for_good_at_any_moment(own: Path):
    with open_writer(own) as writer:
        with writer.transaction() as connection:
            connection.execute(
                "INSERT INTO article_versions SELECT a.* REPLACE (article_id || i AS article_id) FROM article_versions AS a, range(3000) AS r(i)"
            )
        publish(writer)
    for seconds in (0.2, 0.5, 0.8, 1.2):
        child = subprocess.Popen(
            [sys.executable, "-m", "flows", "search", "storm", "--warehouse", str(own)], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )  # fmt: skip
        time.sleep(seconds)
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert len(found(own, "storm", limit=10_000)) == 2 * 3001
    assert len(found(own, "फ* OR gondola", limit=10_000)) == 0


def test_forgotten_words_are_in_no_file(own: Path):
    put(own, "xylophonist", body="The xylophonist wept.")
    assert found(own, "xylophonist") == ["xylophonist"]
    take_out(own, "xylophonist")
    forget_in_index(own)
    for path in index_folder(own).rglob("*"):
        assert path.is_dir() or b"xylophon" not in path.read_bytes(), path
    assert found(own, "xylophonist") == []
    for path in index_folder(own).rglob("*"):
        assert path.is_dir() or b"xylophon" not in path.read_bytes(), path
    assert len(found(own, "storm")) == 2


def test_forgetting_where_nothing_is_indexed(newsstand: Path, tmp_path: Path):
    warehouse = Path(shutil.copy(newsstand, tmp_path / "w.duckdb"))
    forget_in_index(warehouse)
    assert not index_folder(warehouse).exists()


def test_while_another_process_indexes_the_old_state_is_searched(own: Path):
    put(own, "a tram at last")
    take_out(own, "cricket")
    put(own, "hindi", version=2)
    lock = os.open(index_folder(own) / "lock", os.O_RDWR)
    told: list[str] = []
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert search(own, "tram", ANY, tell=told.append) == []
        assert found(own, "storm") == ["surge"], "what is not there any more is not shown"
        assert found(own, "नावें") == [], "nor an older version"
    finally:
        os.close(lock)
    assert any("another process" in words for words in told)
    assert found(own, "tram") == ["a tram at last"]


def test_many_searches_at_once_beside_a_load(own: Path):
    shutil.rmtree(index_folder(own))
    with open_writer(own) as writer:
        searches = [
            subprocess.Popen(
                [sys.executable, "-m", "flows", "search", "storm", "--format", "json", "--warehouse", str(own)],
                cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )
            for _ in range(4)
        ]  # fmt: skip
        for n in range(5):
            with writer.transaction() as connection:
                connection.execute(f"UPDATE article_versions SET loaded_at = loaded_at + INTERVAL {n + 1} SECOND")
            publish(writer)
        for child in searches:
            out, err = child.communicate(timeout=60)
            assert child.returncode == 0, err
            assert {row["article_id"] for row in json.loads(out)} == {"surge", "cricket"}


def test_a_folder_that_cannot_be_written_is_one_sentence(newsstand: Path, tmp_path: Path):
    warehouse = Path(shutil.copy(newsstand, tmp_path / "w.duckdb"))
    index_folder(warehouse).write_text("a file in its place")
    with pytest.raises(WarehouseError, match="search index"):
        search(warehouse, "storm", ANY)


def test_follow_indexes_what_is_published(own: Path):
    child = subprocess.Popen(
        [sys.executable, "-m", "flows", "search", "--follow", "--warehouse", str(own)], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )  # fmt: skip
    try:
        put(own, "a tram at last")
        with duckdb.connect(str(own), read_only=True) as connection:
            (revision,) = connection.execute(
                "SELECT value FROM warehouse_state WHERE name = 'revision'"
            ).fetchone() or ("",)
        until = time.monotonic() + 60
        while json.loads((index_folder(own) / "state.json").read_text())["revision"] != revision:
            assert time.monotonic() < until
            time.sleep(0.2)
    finally:
        child.terminate()
        child.wait(10)
