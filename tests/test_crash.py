"""Killed anywhere, a full disk, two at once, broken files: a clear sentence, and nothing lost or doubled."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

os.environ["COPYDESK_TRACK"] = "0"  # before the flow is imported

from flows import cli
from schemas.settings import Settings
from tests.conftest import ROOT, copydesk
from tests.torture.books import compare, find_faults
from tests.torture.corpus import write_corpus, write_small_dump
from tests.torture.reader import watch
from tests.torture.rounds import Desk
from warehouse import publish as publishing
from warehouse.connection import open_reader
from warehouse.store import Store, open_store


class Told(NamedTuple):
    status: int
    summary: dict[str, Any]
    stderr: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[Path, Path], Told]:
    """`copydesk ingest` as a person types it, in this process, where the heavy imports are there already."""

    def ingest(dump: Path, warehouse: Path) -> Told:
        monkeypatch.setattr(
            sys, "argv",
            ["copydesk", "ingest", str(dump), "--no-track", "--json", "--workers", "1", "--warehouse", str(warehouse)],
        )  # fmt: skip
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return Told(int(ended.value.code or 0), json.loads(out) if out else {}, err)

    return ingest


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    return write_small_dump(tmp_path / "dump.jsonl", 40)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 30 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=30m", "copydesk-test", place], capture_output=True)
    if mounted.returncode:
        pytest.skip("no small disk can be mounted here")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def fill(disk: Path) -> None:
    with (disk / "filler").open("ab", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue


def count(warehouse: Path, table: str = "articles") -> int:
    with open_reader(warehouse) as reader:
        return reader.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]


def is_one_sentence(told: Told, *words: str) -> bool:
    lines = told.stderr.strip().splitlines()
    assert told.status == 1, told
    assert len(lines) == 1 and lines[0].startswith("copydesk: "), told.stderr
    assert "unexpected" not in lines[0] and "Traceback" not in lines[0], told.stderr
    for word in words:
        assert word in lines[0], (word, told.stderr)
    return True


# Killed ---------------------------------------------------------------------------------------------------------------


def test_killed_and_run_again_the_tables_are_those_of_an_undisturbed_run(tmp_path: Path):
    desk = Desk(tmp_path, write_corpus(tmp_path / "corpus", scale=0.2), seed=1)
    for number, (phase, call, delay, victim) in enumerate(
        [("load", 1, 0.01, "flow"), ("pool", 1, 0.0, "group"), ("publish", 1, 0.005, "flow")]
    ):
        result = desk.run(number, [desk.plan(phase, call, delay, victim)])
        assert result.wrong == []
        assert result.killed == 1


# A full disk ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """Two dumps, and a warehouse of both."""
    folder = tmp_path_factory.mktemp("undisturbed")
    before, dump = write_small_dump(folder / "before.jsonl", 5, seed=1), write_small_dump(folder / "dump.jsonl", 40)
    for copy in (before, dump):
        done = copydesk("ingest", str(copy), "--no-track", "--workers", "1", "--warehouse", str(folder / "w.duckdb"))
        assert done.returncode == 0, done.stderr
    return before, dump, folder / "w.duckdb"


@pytest.mark.parametrize(
    ("owner", "step"),
    [(Store, "land"), (Store, "load"), (Store, "finish_run"), (publishing, "_begin"), (publishing, "copy_file")],
)
def test_a_full_disk_is_told_and_the_rerun_completes(
    small_disk: Path,
    undisturbed: tuple[Path, Path, Path],
    run: Any,
    owner: Any,
    step: str,
    monkeypatch: pytest.MonkeyPatch,
):
    before, dump, whole = undisturbed
    warehouse = small_disk / "w.duckdb"
    assert run(before, warehouse).status == 0
    wrapped = getattr(owner, step)

    def full(*arguments: Any) -> Any:
        fill(small_disk)
        return wrapped(*arguments)

    monkeypatch.setattr(owner, step, full)
    assert is_one_sentence(run(dump, warehouse), "disk is full")
    assert count(warehouse) == 5
    monkeypatch.setattr(owner, step, wrapped)
    assert is_one_sentence(run(dump, warehouse), "disk is full")
    assert count(warehouse) == 5
    (small_disk / "filler").unlink()
    again = run(dump, warehouse)
    assert (again.status, again.stderr) == (0, "")
    assert again.summary["balanced"]
    assert (count(warehouse), count(warehouse, "documents")) == (45, 45)
    assert compare(whole, warehouse) == []
    assert [name.name for name in warehouse.parent.rglob("*.unfinished")] == []


def test_a_warehouse_begun_on_a_full_disk_is_begun_anew(small_disk: Path, dump: Path, run: Any):
    fill(small_disk)
    assert is_one_sentence(run(dump, small_disk / "w.duckdb"), "disk is full")
    (small_disk / "filler").unlink()
    assert run(dump, small_disk / "w.duckdb").summary["loaded"] == 40


def test_a_read_only_disk_is_told(small_disk: Path, dump: Path, run: Any):
    warehouse = small_disk / "w.duckdb"
    assert run(dump, warehouse).status == 0
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    assert is_one_sentence(run(dump, warehouse), "read-only", str(warehouse))
    assert count(warehouse) == 40
    subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
    assert run(dump, warehouse).summary["unchanged"] == 40


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, dump: Path, run: Any):
    (tmp_path / "file").write_text("")
    assert is_one_sentence(run(dump, tmp_path / "file" / "w.duckdb"), "choose another --warehouse")


# Two at once ----------------------------------------------------------------------------------------------------------


def test_of_two_at_once_one_works_and_the_others_wait_or_are_told(tmp_path: Path):
    warehouse, corpus = tmp_path / "data" / "w.duckdb", write_corpus(tmp_path / "corpus", scale=0.2)
    command = [sys.executable, "-m", "flows", "ingest", str(corpus), "--no-track", "--json", "--workers", "1"]
    with open_store(Settings.of(warehouse)):
        waiting = [
            subprocess.Popen(
                [*command, "--wait", "60", "--warehouse", str(warehouse)], stdout=subprocess.PIPE, text=True, cwd=ROOT
            )
            for _ in range(2)
        ]
        for way in ([], ["--no-track"]):  # under Prefect too, before its server is started
            told = copydesk("ingest", str(corpus), *way, "--warehouse", str(warehouse), COPYDESK_TRACK="")
            assert told.returncode == 3
            assert len(told.stderr.strip().splitlines()) == 1, told.stderr
    summaries = [json.loads(process.communicate(timeout=120)[0]) for process in waiting]
    assert [process.returncode for process in waiting] == [0, 0]
    inputs = summaries[0]["inputs"]
    assert sorted(summary["unchanged"] for summary in summaries)[1] == inputs
    assert find_faults(warehouse, warehouse) == []


# Broken files ---------------------------------------------------------------------------------------------------------


def garbage(path: Path) -> None:
    path.write_bytes(b"no warehouse at all\n" * 5000)


def halved(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("breakage", [garbage, halved, emptied])
def test_a_broken_private_file_is_told_and_the_published_copy_gone_on_from(
    tmp_path: Path, dump: Path, run: Any, breakage: Callable[[Path], None]
):
    warehouse = tmp_path / "data" / "w.duckdb"
    private = warehouse.with_name(".w.duckdb.writing")
    assert run(dump, warehouse).status == 0
    breakage(private)
    assert is_one_sentence(run(dump, warehouse), str(private), "move it away")
    assert count(warehouse) == 40
    private.rename(tmp_path / "moved")
    assert run(dump, warehouse).summary["unchanged"] == 40
    assert count(warehouse) == 40


@pytest.mark.parametrize("breakage", [garbage, halved, emptied])
def test_a_broken_published_file_is_made_anew(
    tmp_path: Path, dump: Path, run: Any, breakage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
):
    warehouse = tmp_path / "data" / "w.duckdb"
    assert run(dump, warehouse).status == 0
    breakage(warehouse)
    assert run(dump, warehouse).summary["unchanged"] == 40
    assert "published anew" in caplog.text
    assert count(warehouse) == 40


def test_a_broken_log_is_told_and_what_it_held_is_loaded_again(tmp_path: Path, dump: Path, run: Any):
    warehouse = tmp_path / "data" / "w.duckdb"
    log = warehouse.with_name(".w.duckdb.writing.wal")
    code = (
        "import os, pathlib, sys; from warehouse.connection import open_writer\n"
        "with open_writer(pathlib.Path(sys.argv[1])) as writer:\n"
        "    for number in range(50):\n"
        "        with writer.transaction() as c: c.execute('INSERT INTO relate_queue VALUES (?)', [str(number)])\n"
        "    os._exit(0)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(warehouse)], check=True, cwd=ROOT)
    content = log.read_bytes()
    log.write_bytes(content[: len(content) // 2] + b"\0" * 200 + content[len(content) // 2 + 200 :])
    assert is_one_sentence(run(dump, warehouse), ".writing")
    log.unlink()
    assert run(dump, warehouse).summary["loaded"] == 40


def test_a_broken_pack_is_told(tmp_path: Path, dump: Path, run: Any, monkeypatch: pytest.MonkeyPatch):
    warehouse = tmp_path / "data" / "w.duckdb"

    def dies(*_: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Store, "load", dies)
    assert run(dump, warehouse).status == 1
    monkeypatch.undo()
    (pack,) = (tmp_path / "data" / "landing").glob("*.parquet")
    halved(pack)
    told = run(dump, warehouse)
    assert told.status == 1
    assert str(pack) in told.stderr.strip().splitlines()[-1]
    pack.unlink()
    assert run(dump, warehouse).summary["loaded"] == 40


def test_a_published_file_that_somebody_writes_to_does_no_harm(tmp_path: Path, dump: Path, run: Any):
    warehouse = tmp_path / "data" / "w.duckdb"
    assert run(dump, warehouse).status == 0
    more = write_small_dump(tmp_path / "more.jsonl", 5, seed=1)
    code = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); c.execute('CREATE TABLE mine (a INTEGER)');"
        "print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(warehouse)], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == "open\n"
        told = run(more, warehouse)
        assert told.status == 0
        assert count(warehouse) == 45
        other.communicate()
    with duckdb.connect(str(warehouse), read_only=True) as reader:
        assert reader.execute("SELECT count(*) FROM articles").fetchall() == [(45,)]


# Readers --------------------------------------------------------------------------------------------------------------


def test_a_reader_never_fails_and_never_sees_half_a_batch(tmp_path: Path):
    seen = watch(write_small_dump(tmp_path / "dump.jsonl", 200), tmp_path / "data" / "w.duckdb", batch_documents=32)
    assert seen.faults == []
    assert seen.looks > 3
    assert len(seen.counts) > 2  # it was published while the run went on
