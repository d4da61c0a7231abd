"""The check: nothing is found in a sound warehouse, and each kind of damage is."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

os.environ["COPYDESK_TRACK"] = "0"  # before the flow is imported

from flows.ingest import ingest
from tests.conftest import ROOT, copydesk
from warehouse.audit import PROMISES, audit
from warehouse.connection import open_writer

STORY = (
    "The {town} ferry will run an hour later from Monday, the harbour board said on Tuesday after a long meeting. "
    "Its chair told a full room in the custom house that the tide tables left no other choice before the {season}. "
    "Fishermen had asked for the change in {town} since last summer, when two boats lost a day at the pier each week."
)


def write_dump(path: Path, season: str, towns: list[str]) -> None:
    rows = [
        {"id": f"{t}-{s[0]}", "source": s, "title": f"{t} ferry", "text": STORY.format(town=t, season=season)}
        for t in towns
        for s in ("Harbour Standard", "Prairie Ledger")
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a warehouse of articles, an edit, links and a refusal, and its landing folder."""
    folder = tmp_path_factory.mktemp("sound")
    dump = folder / "dump.jsonl"
    (folder / "empty.txt").write_text("")
    for season, towns in (("spring", ["Skarra", "Ostby", "Wend"]), ("autumn", ["Skarra"])):
        write_dump(dump, season, towns)
        ingest([str(dump), str(folder / "empty.txt")], str(folder / "w.duckdb"), workers=1)
    return folder


@pytest.fixture
def copy(sound: Path, tmp_path: Path) -> Path:
    shutil.copytree(sound, tmp_path / "copy")
    return tmp_path / "copy"


def look(folder: Path, packs_read: int = 20) -> dict:
    return audit(folder / "w.duckdb", folder / "landing", packs_read)


def faults(folder: Path) -> dict[str, int]:
    return {fault["name"]: fault["found"] for fault in look(folder)["faults"]}


def damage(folder: Path, sql: str) -> None:
    with duckdb.connect(str(folder / "w.duckdb")) as connection:
        connection.execute(sql)


# A sound one ---------------------------------------------------------------------------------------------------------


def test_nothing_is_found_in_a_sound_warehouse(sound: Path):
    report = look(sound)
    assert (report["faults"], report["notes"]) == ([], [])
    checked = report["checked"]
    assert (checked["runs"], checked["receipts"], checked["articles"], checked["article_versions"]) == (2, 10, 6, 8)
    assert checked["packs"] == report["packs_read"] == 2
    assert checked["article_links"] > 0


def test_nothing_is_found_in_a_warehouse_of_the_sample_copy(seeded):
    warehouse, _ = seeded
    report = audit(warehouse, warehouse.parent / "landing")
    assert (report["faults"], report["notes"]) == ([], [])


def test_a_new_warehouse_is_sound(tmp_path: Path):
    with open_writer(tmp_path / "w.duckdb"):
        pass
    assert look(tmp_path)["faults"] == []


# Damage in the tables ------------------------------------------------------------------------------------------------

DAMAGE = {
    "forgotten_still_there": "INSERT INTO tombstones SELECT article_id, source, now(), 'x.json' FROM articles LIMIT 1",
    "unbalanced_runs": "UPDATE runs SET inputs = inputs + 1",
    "miscounted_runs": 'DELETE FROM receipts WHERE "position" = 0',
    "receipts_without_run": "INSERT INTO receipts SELECT * REPLACE ('gone' AS run_id) FROM receipts LIMIT 1",
    "receipts_without_article": "UPDATE receipts SET article_id = NULL WHERE outcome = 'loaded'",
    "documents_without_receipt": "UPDATE receipts SET origin = origin || '?'",
    "documents_twice": "INSERT INTO documents SELECT * FROM documents WHERE article_id IS NOT NULL LIMIT 1",
    "documents_without_article": "UPDATE documents SET article_id = 'gone' WHERE article_id IS NOT NULL",
    "documents_nowhere": "UPDATE quarantine SET resolved_at = now()",
    "quarantine_without_document": "UPDATE quarantine SET document_id = 'gone'",
    "articles_without_document": "UPDATE article_versions SET origin = 'elsewhere' WHERE version = 2",
    "broken_versions": "UPDATE article_versions SET version = 3 WHERE version = 2",
    "gaps_between_versions": "UPDATE article_versions SET valid_to = valid_to + INTERVAL 1 SECOND",
    "same_article_twice": "UPDATE article_versions SET source = 'One'",
    "links_to_nowhere": "UPDATE article_links SET other_id = 'gone'",
    "links_twice": "INSERT INTO article_links SELECT * FROM article_links",
    "groups_without_link": "UPDATE article_links SET kind = 'quotes'",
    "copies_not_indexed": "UPDATE relate_articles SET words_hash = 1",
    "representatives_nowhere": "UPDATE article_versions SET near_duplicate_of = 'gone'",
    "stories_miscounted": "UPDATE stories SET article_count = article_count + 1",
    "stories_not_indexed": "UPDATE story_nodes SET story_id = 'other'",
    "impossible_times": "UPDATE article_versions SET published_at = loaded_at + INTERVAL 3 DAY WHERE version = 2",
    "dead_runs": "UPDATE runs SET status = 'running'",
    "missing_packs": "UPDATE documents SET pack = 'gone.parquet'",
    "documents_not_in_pack": "UPDATE documents SET document_id = 'other', article_id = NULL WHERE article_id IS NOT NULL",
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_found(name: str, copy: Path):
    damage(copy, DAMAGE[name])
    assert name in faults(copy)


def test_each_promise_is_tested():
    in_packs = {"broken_packs", "changed_bytes", "not_loaded"}
    assert {promise.name for promise in PROMISES} == DAMAGE.keys() | in_packs | {"not_related"}
    queries = {p.stem.removeprefix("audit_") for p in (ROOT / "warehouse" / "queries").glob("audit_*.sql")}
    helpers = {"tables", "counts", "insert_landed", "insert_pack", "insert_changed"}
    assert queries == {promise.name for promise in PROMISES} | helpers


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE article_versions SET valid_to = now() WHERE version = 2",
        "UPDATE article_versions SET valid_to = NULL WHERE version = 1",
        "DELETE FROM article_versions WHERE version = 1 AND article_id IN (SELECT article_id FROM article_versions WHERE version = 2)",
    ],
)
def test_other_ways_to_break_versions_are_found(sql: str, copy: Path):
    damage(copy, sql)
    assert "broken_versions" in faults(copy)


def test_both_an_article_and_in_quarantine_is_found(copy: Path):
    damage(copy, "UPDATE documents SET article_id = (SELECT min(article_id) FROM articles) WHERE article_id IS NULL")
    assert faults(copy) == {"documents_nowhere": 1}


def test_all_that_is_found_is_counted_and_a_few_are_shown(copy: Path):
    damage(copy, "UPDATE receipts SET article_id = 'gone' WHERE outcome = 'loaded'")
    (fault,) = look(copy)["faults"]
    assert (fault["found"], len(fault["sample"])) == (6, 5)
    assert fault["sample"][0]["article_id"] == "gone"


def test_what_was_dealt_with_again_by_other_rules_need_not_keep_its_article(copy: Path):
    damage(copy, "UPDATE receipts SET article_id = 'gone'; UPDATE documents SET rules_version = 'newer'")
    assert "receipts_without_article" not in faults(copy)


def test_a_run_is_not_dead_while_somebody_holds_the_writers_place(copy: Path):
    damage(copy, "UPDATE runs SET status = 'running'")
    with open_writer(copy / "w.duckdb"):
        assert "dead_runs" not in faults(copy)
    damage(copy, f"UPDATE runs SET status = 'running', started_at = '{datetime.now(UTC) + timedelta(hours=1)}'")
    assert "dead_runs" not in faults(copy)  # begun after it was seen that nobody held it


# Damage in the landing folder ----------------------------------------------------------------------------------------


def packs(folder: Path) -> list[Path]:
    return sorted((folder / "landing").glob("*.parquet"), key=lambda path: path.stat().st_size)


def test_a_pack_that_is_gone_is_found(copy: Path):
    packs(copy)[0].unlink()
    assert faults(copy).keys() == {"missing_packs"}


def test_a_pack_that_was_cut_off_is_found(copy: Path):
    pack = packs(copy)[0]
    pack.write_bytes(pack.read_bytes()[:-100])
    assert faults(copy) == {"broken_packs": 1}


def test_a_changed_document_is_found(copy: Path):
    pack = packs(copy)[-1]
    rows = pq.read_table(pack)
    content = [*rows["content"].to_pylist()[:-1], b"something else"]
    refusals = rows["refusal"].to_pylist()
    content[-1 if refusals[-1] is None else 0] = b"something else"
    place = rows.column_names.index("content")
    pq.write_table(rows.set_column(place, "content", pa.array(content, pa.large_binary())), pack)
    found = look(copy)["faults"]
    assert [(fault["name"], fault["found"]) for fault in found] == [("changed_bytes", 1)]
    assert look(copy, packs_read=0)["faults"] == []


def test_a_flipped_bit_is_found(copy: Path):
    pack = packs(copy)[-1]
    column = pq.ParquetFile(pack).metadata.row_group(0).column(8)
    assert column.path_in_schema == "content"
    raw = bytearray(pack.read_bytes())
    raw[column.data_page_offset + column.total_compressed_size // 2] ^= 1
    pack.write_bytes(raw)
    assert faults(copy).keys() & {"changed_bytes", "broken_packs"}


def test_what_a_dead_run_left_is_a_note_and_no_fault(copy: Path):
    rows = pq.read_table(packs(copy)[-1])
    place = rows.column_names.index("origin")
    pq.write_table(rows.set_column(place, "origin", pa.array(["new"] * len(rows))), copy / "landing" / "later.parquet")
    report = look(copy)
    assert report["faults"] == []
    assert [(note["name"], note["sample"][0]["pack"]) for note in report["notes"]] == [("not_loaded", "later.parquet")]


# The command and the flow --------------------------------------------------------------------------------------------


def test_the_command_says_that_all_is_well(sound: Path):
    done = copydesk("check", "--warehouse", str(sound / "w.duckdb"))
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("all is well in ")


def test_the_command_lists_faults_and_fails(copy: Path):
    damage(copy, "UPDATE runs SET inputs = inputs + 1")
    done = copydesk("check", "--warehouse", str(copy / "w.duckdb"))
    assert done.returncode == 1
    assert "FAULT unbalanced_runs: 2; should be: every completed run balances" in done.stdout
    assert "is not as it should be" in done.stderr
    assert "Traceback" not in done.stderr
    done = copydesk("check", "--json", "--warehouse", str(copy / "w.duckdb"))
    assert done.returncode == 1
    assert {fault["name"] for fault in json.loads(done.stdout)["faults"]} == {"unbalanced_runs", "miscounted_runs"}


def test_no_warehouse_is_one_sentence(tmp_path: Path):
    done = copydesk("check", "--warehouse", str(tmp_path / "none.duckdb"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "no warehouse at" in done.stderr


def test_of_another_version_nothing_is_said(copy: Path):
    damage(copy, "DELETE FROM schema_migrations WHERE name = (SELECT max(name) FROM schema_migrations)")
    done = copydesk("check", "--warehouse", str(copy / "w.duckdb"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "last written by another version of copydesk" in done.stderr and "Traceback" not in done.stderr


def test_under_prefect_a_fault_fails_the_flow_run_and_leaves_a_page_and_an_event(copy: Path, tmp_path: Path):
    damage(copy, "UPDATE runs SET inputs = inputs + 1")
    environment = {k: v for k, v in os.environ.items() if k not in ("COPYDESK_TRACK", "PREFECT_API_URL")}
    environment |= {"PREFECT_HOME": str(tmp_path / "prefect"), "PYTHONPATH": str(ROOT)}
    code = f"from flows.audit import audit; audit({str(copy / 'w.duckdb')!r})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 1
    assert "should be: every completed run balances" in done.stderr  # in the log
    with sqlite3.connect(tmp_path / "prefect" / "prefect.db") as connection:
        (run,) = connection.execute("SELECT name, state_type FROM flow_run").fetchall()
        assert run[1] == "FAILED"
        assert run[0].startswith("nightly check")
        (page,) = connection.execute("SELECT data FROM artifact WHERE key = 'nightly-check'").fetchall()
        assert "Fault: unbalanced" in page[0].replace("\\\\", "")
        events = connection.execute("SELECT count(*) FROM events WHERE event = 'copydesk.warehouse.fault'").fetchone()
        assert events == (2,)


def test_what_waits_to_be_related_is_told_and_no_fault(copy: Path):
    damage(copy, "INSERT INTO relate_queue SELECT body_hash FROM articles")
    report = look(copy)
    assert "not_related" in {note["name"] for note in report["notes"]} and report["faults"] == []
