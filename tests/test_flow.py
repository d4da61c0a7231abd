"""The pipeline as a whole: every document accounted for, whatever happens on the way."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

os.environ["COPYDESK_TRACK"] = "0"  # before the flow is imported; one test below runs it under Prefect

from flows import run as run_module
from flows.document import make_article, take_apart_in_time
from flows.ingest import ingest
from flows.run import one_ahead, read_batches
from flows.version import code_version, rules_version
from schemas.document import Document
from schemas.errors import UsageError
from schemas.run import Tally
from schemas.settings import Settings
from tests.conftest import ROOT, copydesk
from warehouse.connection import open_reader
from warehouse.store import open_store

STORY = (
    "The {town} ferry will run an hour later from Monday, the harbour board said on Tuesday after a long meeting. "
    "Its chair told a full room in the custom house that the tide tables left no other choice before the spring. "
    "Fishermen had asked for the change in {town} since last summer, when two boats lost a day at the pier each week."
)
TOWNS = ["Skarra", "Brenholm", "Ostby", "Wend", "Ellery", "Marrow", "Tarn"]


def write_dump(folder: Path, towns: list[str] = TOWNS) -> Path:
    path = folder / "dump.jsonl"
    rows = [{"id": t, "source": "Harbour Standard", "title": f"{t} ferry", "text": STORY.format(town=t)} for t in towns]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def ask(warehouse: Path, sql: str) -> list[tuple[Any, ...]]:
    connection = open_reader(warehouse)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return tmp_path / "data" / "w.duckdb"


# The whole way -------------------------------------------------------------------------------------------------------


def test_a_second_run_finds_everything_unchanged(tmp_path: Path, warehouse: Path):
    dump = write_dump(tmp_path)
    (tmp_path / "empty.txt").write_text("")
    first = ingest([str(dump), str(tmp_path / "empty.txt")], str(warehouse), workers=1)
    assert first["balanced"]
    assert (first["inputs"], first["loaded"], first["quarantined"]) == (8, 7, 1)
    assert first["reasons"] == {"empty": 1}
    second = ingest([str(dump), str(tmp_path / "empty.txt")], str(warehouse), workers=1)
    assert (second["inputs"], second["unchanged"]) == (8, 8)
    assert second["reasons"] == {}
    assert ask(warehouse, "SELECT count(*) FROM articles") == [(7,)]
    assert ask(warehouse, "SELECT count(*), count(DISTINCT rules_version) FROM runs") == [(2, 1)]
    told = ask(warehouse, "SELECT rules_version, code_version FROM runs LIMIT 1")[0]
    assert told == (rules_version(), code_version())


def test_the_same_input_in_small_batches_gives_the_same_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    dump = write_dump(tmp_path, [*TOWNS, *TOWNS[:3]])
    columns = "article_id, version, title, body, document_id, body_hash"
    found = []
    for size in (256, 2):
        small = SimpleNamespace(of=lambda *a, n=size, **k: Settings.of(*a, **k, batch_documents=n))
        monkeypatch.setattr("flows.ingest.Settings", small)
        path = tmp_path / f"by{size}" / "w.duckdb"
        summary = ingest([str(dump)], str(path), workers=1)
        counts = {n: summary[n] for n in ("inputs", "loaded", "unchanged", "duplicate", "quarantined")}
        found.append((counts, ask(path, f"SELECT {columns} FROM articles ORDER BY ALL")))
    assert found[0] == found[1]
    assert found[0][0]["inputs"] == 10
    assert found[0][0]["loaded"] == 7


def test_limit_stops_after_so_many_documents(tmp_path: Path, warehouse: Path):
    assert ingest([str(write_dump(tmp_path))], str(warehouse), workers=1, limit=3)["inputs"] == 3


def test_a_dry_run_says_what_would_be_refused_and_keeps_nothing(tmp_path: Path, warehouse: Path):
    dump = write_dump(tmp_path)
    with dump.open("a") as file:
        file.write("{broken\n")
    done = copydesk("ingest", str(dump), "--dry-run", "--no-track", "--json", "--warehouse", str(warehouse))
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert (summary["inputs"], summary["loaded"], summary["quarantined"]) == (8, 7, 1)
    assert [(row["origin"], row["reasons"]) for row in summary["refused"]] == [(f"{dump}#8", ["unreadable"])]
    assert not warehouse.parent.exists()
    told = copydesk("ingest", str(dump), "--dry-run", "--no-track", "--warehouse", str(warehouse)).stdout
    assert f"{dump}#8" in told


def test_a_run_that_is_stopped_is_written_down_as_failed(
    tmp_path: Path, warehouse: Path, monkeypatch: pytest.MonkeyPatch
):
    def broken(articles: Any) -> Any:
        raise RuntimeError("the check broke")

    dump = write_dump(tmp_path)
    monkeypatch.setattr("tasks.check.check_articles", broken)
    with pytest.raises(RuntimeError, match="the check broke"):
        ingest([str(dump)], str(warehouse), workers=1)
    assert ask(warehouse, "SELECT status, inputs FROM runs") == [("failed", 7)]
    assert ask(warehouse, "SELECT count(*) FROM articles") == [(0,)]
    monkeypatch.undo()
    again = ingest([str(dump)], str(warehouse), workers=1)  # what was received is loaded first, in books of its own
    assert (again["left_behind"]["loaded"], again["unchanged"]) == (7, 7)
    assert ask(warehouse, "SELECT status, loaded FROM runs ORDER BY finished_at") == [
        ("failed", 0), ("completed", 7), ("completed", 0)
    ]  # fmt: skip


def test_what_is_not_there_is_said_before_anything_is_made(warehouse: Path):
    with pytest.raises(UsageError, match="no-such"):
        ingest(["no-such.txt"], str(warehouse))
    assert not warehouse.parent.exists()


def test_the_second_writer_is_told(tmp_path: Path, warehouse: Path):
    dump = write_dump(tmp_path)
    with open_store(Settings.of(warehouse)):
        done = copydesk("ingest", str(dump), "--no-track", "--warehouse", str(warehouse))
    assert done.returncode == 3
    assert len(done.stderr.strip().splitlines()) == 1


def test_no_track_does_not_import_prefect(tmp_path: Path, warehouse: Path):
    code = (
        f"import sys; sys.argv = ['copydesk', 'ingest', {str(write_dump(tmp_path))!r}, '--no-track', '--warehouse', "
        f"{str(warehouse)!r}]\n"
        "import atexit; atexit.register(lambda: print('prefect' in sys.modules))\n"
        "from flows.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == "False"


def test_under_prefect_the_run_is_named_and_leaves_an_artifact_and_no_process(tmp_path: Path, warehouse: Path):
    home = tmp_path / "prefect"
    unset = {"PREFECT_API_URL": "", "COPYDESK_TRACK": ""}
    environment = {k: v for k, v in os.environ.items() if k not in unset}
    done = subprocess.run(
        [sys.executable, "-m", "flows", "ingest", str(write_dump(tmp_path)), "--json", "--warehouse", str(warehouse)],
        capture_output=True, text=True, cwd=ROOT, timeout=240, env={**environment, "PREFECT_HOME": str(home)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert json.loads(done.stdout)["loaded"] == 7
    with sqlite3.connect(home / "prefect.db") as database:
        runs = database.execute("SELECT id, name, state_type FROM flow_run").fetchall()
        artifacts = database.execute("SELECT key, data FROM artifact").fetchall()
        steps = {name.split()[0] for (name,) in database.execute("SELECT name FROM task_run")}
    assert [(name.endswith(" 7 documents"), state) for _, name, state in runs] == [(True, "COMPLETED")]
    assert artifacts[0][0] == "ingest-summary"
    assert "loaded" in artifacts[0][1]
    assert {"land", "transform", "check", "load", "relate", "publish"} <= steps
    flow_run_id = ask(warehouse, "SELECT flow_run_id FROM runs")[0][0]
    assert flow_run_id.replace("-", "") == runs[0][0].replace("-", "")
    left = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    assert str(home) not in left


# Its parts -----------------------------------------------------------------------------------------------------------


def documents(sizes: list[int]) -> Iterator[Document]:
    for i, size in enumerate(sizes):
        yield Document(f"d{i}", f"d{i}", b"x" * size, "text/plain")


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [([], []), ([1] * 7, [3, 3, 1]), ([100, 1, 1, 1, 100], [1, 3, 1]), ([60, 60, 1], [2, 1])],
)
def test_a_batch_ends_at_its_number_or_its_bytes(
    sizes: list[int], expected: list[int], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(run_module, "read_all", lambda *_: documents(sizes))
    run: Any = SimpleNamespace(settings=Settings(batch_documents=3, batch_bytes=100), tally=Tally(), steps={})
    batches = list(read_batches([], run))
    assert [len(batch.documents) for batch in batches] == expected
    assert [batch.first_position for batch in batches] == [sum(expected[:i]) for i in range(len(expected))]
    assert run.tally.inputs == len(sizes)


def test_each_batch_is_had_once_the_next_has_been_started():
    events: list[str] = []
    batches: Any = ["a", "b", "c"]
    for batch in one_ahead(batches, lambda batch: events.append(f"start {batch}")):
        events.append(f"finish {batch}")
    assert events == ["start a", "start b", "finish a", "start c", "finish b", "finish c"]


@pytest.mark.parametrize(
    "step", ["strip.strip_document", "repeats.mark_repeats", "normalise.normalise", "refuse.find_refusal"]
)
def test_an_exception_in_a_step_costs_that_document_only(step: str, monkeypatch: pytest.MonkeyPatch):
    def fall(*_: Any, **__: Any) -> Any:
        raise ValueError("what\nnobody foresaw")

    document = Document("d", "d.txt", STORY.format(town="Tarn").encode(), "text/plain")
    assert make_article(document, Settings()).outcome == "accepted"
    monkeypatch.setattr(f"tasks.{step}", fall)
    article = make_article(document, Settings())
    assert (article.outcome, article.reasons) == ("rejected", ("unreadable",))
    assert article.stage == step.split(".")[0]
    assert article.detail == "ValueError: what nobody foresaw"


def test_a_kind_that_is_not_read_is_refused():
    article = make_article(Document("d", "d.pdf", b"%PDF", "application/pdf"), Settings())
    assert article.reasons == ("unsupported_type",)


def test_a_small_document_that_takes_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tasks.repeats.mark_repeats", lambda draft: time.sleep(30))
    document = Document("d", "d.txt", STORY.format(town="Tarn").encode(), "text/plain")
    begun = time.monotonic()
    _, article = take_apart_in_time(document, Settings(document_seconds=0.3))
    assert article.reasons == ("timeout",)
    assert time.monotonic() - begun < 5


def test_the_rules_version_is_twelve_hex_digits_and_stands_still():
    assert len(rules_version()) == 12
    assert int(rules_version(), 16) >= 0
    assert rules_version() == rules_version()


# A batch that looks wrong ---------------------------------------------------------------------------------------------


def test_an_outlet_that_looks_unlike_itself_is_warned_of_and_loses_nothing(tmp_path: Path, warehouse: Path):
    """Sixty dated articles, then forty without a date from the same outlet."""
    for name, count, date in (("before", 60, "2024-03-05T10:00:00Z"), ("after", 40, None)):
        rows = [
            {"id": f"{name}{n}", "source": "Harbour Standard", "title": f"Ferry {name} {n}", "published_at": date,
             "text": STORY.format(town=f"{name.title()} Quay {n} ")}
            for n in range(count)
        ]  # fmt: skip
        dump = tmp_path / f"{name}.jsonl"
        dump.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        summary = ingest([str(dump)], str(warehouse), workers=1)
        assert (summary["loaded"], summary["balanced"]) == (count, True)
        assert [w for w in summary["warnings"] if "date" in w] == [] or name == "after"
    assert any("Harbour Standard" in warning and "date" in warning for warning in summary["warnings"])
    missed = ask(
        warehouse, "SELECT batch, severity, sample FROM quality_results WHERE NOT success AND severity = 'warning'"
    )
    assert any("Harbour Standard" in sample[0] for _, _, sample in missed)


def test_a_server_that_does_not_answer_is_told_in_a_sentence(tmp_path: Path, warehouse: Path):
    dump = write_dump(tmp_path)
    nobody = "http://127.0.0.1:9/api"
    done = copydesk("ingest", str(dump), "--warehouse", str(warehouse), COPYDESK_TRACK="1", PREFECT_API_URL=nobody)
    assert done.returncode == 1
    assert done.stderr.startswith("copydesk: ") and nobody in done.stderr and len(done.stderr.splitlines()) == 1
    assert not warehouse.exists()
