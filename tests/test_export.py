"""The export: every public table, all of one state, whole or not there."""

import json
import os
import resource
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas.errors import UsageError, WarehouseBusy, WarehouseError
from tests.conftest import ROOT, copydesk
from warehouse import export as export_module
from warehouse.connection import open_writer
from warehouse.export import export
from warehouse.publish import publish

PUBLIC = {
    "articles", "article_versions", "captions", "removed_spans", "documents", "receipts", "quarantine", "article_links",
    "stories", "runs", "quality_results", "unique_articles", "coverage_daily", "source_health", "quarantine_reasons",
    "edits", "story_coverage", "source_lines", "collected_urls", "collected_feeds", "collections", "collect_health",
    "health_alarms", "tombstones", "story_changes",
}  # fmt: skip


@pytest.fixture
def warehouse(seeded, tmp_path: Path) -> Path:
    """A copy, to be written to, of the warehouse of the sample copy."""
    return Path(shutil.copy(seeded[0], tmp_path / "w.duckdb"))


def add_edits(warehouse: Path) -> None:
    """A second version of every article, with another body."""
    with open_writer(warehouse) as writer:
        with writer.transaction() as connection:
            connection.execute("UPDATE article_versions SET valid_to = now()")
            connection.execute(
                "INSERT INTO article_versions SELECT * REPLACE (2 AS version, body || ' More.' AS body, valid_to AS valid_from, NULL AS valid_to) FROM article_versions"
            )
        publish(writer)


def test_every_public_table_is_there_with_its_rows(seeded, tmp_path: Path):
    summary = export(seeded[0], tmp_path / "out", "1.2+abc")
    assert {p.name for p in (tmp_path / "out").iterdir()} == {f"{name}.parquet" for name in PUBLIC} | {"README.md"}
    assert summary["tables"].keys() == PUBLIC
    assert (summary["tables"]["articles"], summary["tables"]["receipts"]) == (42, 60)
    with duckdb.connect(str(seeded[0]), read_only=True) as connection:
        for name in PUBLIC:
            file = str(tmp_path / "out" / f"{name}.parquet")
            for one, other in ((f'"{name}"', f"'{file}'"), (f"'{file}'", f'"{name}"')):
                assert connection.execute(f"FROM {one} EXCEPT ALL FROM {other}").fetchall() == [], name
            (count,) = connection.execute(f'SELECT count(*) FROM "{name}"').fetchone() or (None,)
            assert count == summary["tables"][name] == pq.ParquetFile(file).metadata.num_rows


def test_types_times_and_comments_come_through(seeded, tmp_path: Path):
    export(seeded[0], tmp_path, "1.2+abc")
    file = pq.ParquetFile(tmp_path / "articles.parquet")
    schema = file.schema_arrow
    assert schema.field("published_at").type == pa.timestamp("us", "UTC")
    assert schema.field("published_on").type == pa.date32()
    assert schema.field("authors").type == pa.list_(pa.string())
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"
    told = {key.decode(): value.decode() for key, value in file.metadata.metadata.items()}
    assert told["comment"] == "The current version of an article."
    assert json.loads(told["columns"])["word_count"] == "Words of the body."
    assert told["code_version"] == "1.2+abc"


def test_the_readme_says_what_it_is_and_what_made_it(seeded, tmp_path: Path):
    summary = export(seeded[0], tmp_path, "1.2+abc")
    readme = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "| code version | `1.2+abc` |" in readme
    assert f"| revision | `{summary['revision']}` |" in readme
    assert f"| last run | `{seeded[1]['run_id']}` |" in readme
    assert "| rules version | `" in readme
    assert datetime.now(UTC).strftime("%Y-") in readme
    assert "| [`articles`](articles.parquet) | 42 |" in readme
    assert "| `word_count` | `INTEGER` | Words of the body. |" in readme
    assert "article_keys" not in readme


def test_an_empty_warehouse_gives_files_without_rows(tmp_path: Path):
    with open_writer(tmp_path / "w.duckdb"):
        pass
    summary = export(tmp_path / "w.duckdb", tmp_path / "out", "1")
    assert set(summary["tables"].values()) == {0}
    assert pq.read_table(tmp_path / "out" / "articles.parquet").num_columns > 30


def test_all_files_are_of_one_state_while_a_load_goes_on(warehouse: Path, tmp_path: Path):
    with open_writer(warehouse) as writer:

        def load(name: str) -> None:
            with writer.transaction() as connection:
                connection.execute("DELETE FROM receipts")
                connection.execute("DELETE FROM article_versions")
            publish(writer)

        before = export(warehouse, tmp_path / "out", "1", tell=load)
    assert (before["tables"]["articles"], before["tables"]["receipts"]) == (42, 60)
    after = export(warehouse, tmp_path / "out", "1")
    assert (after["tables"]["articles"], after["tables"]["receipts"]) == (0, 0)
    assert after["revision"] > before["revision"]


def test_edits_in_parts_are_all_edits_once(warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    add_edits(warehouse)
    monkeypatch.setattr(export_module, "_EDITS_AT_A_TIME", 5)
    export(warehouse, tmp_path, "1")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        expected = connection.execute(
            "SELECT article_id, version, body_before, body_after FROM edits ORDER BY ALL"
        ).fetchall()
        rows = connection.execute(
            f"SELECT article_id, version, body_before, body_after FROM '{tmp_path}/edits.parquet' ORDER BY ALL"
        ).fetchall()
    assert len(rows) == 42
    assert rows == expected


def test_long_tables_come_in_row_groups(warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with open_writer(warehouse) as writer:
        with writer.transaction() as connection:
            connection.execute("INSERT INTO relate_queue SELECT 'x' FROM range(1)")
            connection.execute("INSERT INTO receipts SELECT receipts.* FROM receipts, range(200)")
        publish(writer)
    monkeypatch.setattr("warehouse._parquet._ROW_GROUP_BYTES", 1 << 20)
    summary = export(warehouse, tmp_path / "out", "1")
    metadata = pq.ParquetFile(tmp_path / "out" / "receipts.parquet").metadata
    assert metadata.num_rows == summary["tables"]["receipts"] == 60 * 201
    assert metadata.num_row_groups > 1
    assert not (tmp_path / "out" / "relate_queue.parquet").exists()


# Failures ------------------------------------------------------------------------------------------------------------


def test_an_export_that_fails_leaves_the_one_before(warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    out = tmp_path / "out"
    export(warehouse, out, "1")
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    add_edits(warehouse)

    def stop(name: str) -> None:
        if name == "receipts":
            raise OSError(28, "No space left on device")

    with pytest.raises(WarehouseError, match="No space left"):
        export(warehouse, out, "1", tell=stop)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_what_a_killed_export_left_is_cleared_away(seeded, tmp_path: Path):
    (tmp_path / ".unfinished").mkdir()
    (tmp_path / ".unfinished" / "articles.parquet").write_text("half")
    export(seeded[0], tmp_path, "1")
    assert not (tmp_path / ".unfinished").exists()
    assert pq.read_table(tmp_path / "articles.parquet").num_rows == 42


def test_a_disk_that_fills_up_is_one_sentence(seeded, tmp_path: Path):
    def limit() -> None:  # no file may grow beyond it: to the writer the same as a full disk
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = subprocess.run(
        [sys.executable, "-m", "flows", "export", str(tmp_path / "out"), "--warehouse", str(seeded[0])],
        cwd=ROOT, capture_output=True, text=True, timeout=60, preexec_fn=limit,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"copydesk: cannot export to {tmp_path / 'out'} (")
    assert len(done.stderr.splitlines()) == 1
    assert list((tmp_path / "out").iterdir()) == []


def test_a_file_in_place_of_the_folder_is_wrong_usage(seeded, tmp_path: Path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(UsageError, match="is a file"):
        export(seeded[0], tmp_path / "out", "1")
    with pytest.raises(UsageError, match="cannot write"):
        export(seeded[0], tmp_path / "out" / "deeper", "1")
    assert (tmp_path / "out").read_text() == "mine"


def test_two_exports_to_one_folder_do_not_mix(seeded, tmp_path: Path):
    def again(name: str) -> None:
        with pytest.raises(WarehouseBusy, match="another export"):
            export(seeded[0], tmp_path, "1")

    assert export(seeded[0], tmp_path, "1", tell=again)["tables"]["articles"] == 42


def test_without_a_warehouse_nothing_is_made(tmp_path: Path):
    with pytest.raises(WarehouseError, match="no warehouse at"):
        export(tmp_path / "none.duckdb", tmp_path / "out", "1")
    assert not (tmp_path / "out").exists()


def test_the_command(seeded, tmp_path: Path):
    done = copydesk("export", str(tmp_path / "a b" / "it's"), "--json", "--warehouse", str(seeded[0]))
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert json.loads(done.stdout)["tables"]["articles"] == 42
    assert (tmp_path / "a b" / "it's" / "articles.parquet").exists()
