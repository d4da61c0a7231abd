"""The export: every public table, all of one state, whole or not there."""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.errors import UsageError, WarehouseBusy, WarehouseError
from tests.conftest import ROOT, copydesk
from warehouse import export as export_module
from warehouse.connection import open_writer
from warehouse.export import export
from warehouse.publish import publish
from warehouse.watermark import KEYS

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
    assert {p.name for p in (tmp_path / "out").iterdir()} == {f"{name}.parquet" for name in PUBLIC} | {
        "README.md", "provenance.json", "watermark.parquet",
    }  # fmt: skip
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


# Partitions and changes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("held", [128 << 20, 1])  # at once, and each batch by itself with files closed and gone on with
def test_partitions_by_month_and_outlet_hold_the_same_rows(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: int
):
    monkeypatch.setattr("warehouse._parquet._HELD_BYTES", held)
    monkeypatch.setattr("warehouse._parquet._OPEN_FILES", 3)
    out = tmp_path / "out"
    with open_writer(warehouse) as writer:
        with writer.transaction() as connection:
            connection.execute(
                "UPDATE article_versions SET source = CASE WHEN rowid % 7 = 0 THEN 'A/B = C: 100 % ünlike' WHEN rowid % 7 = 1 THEN '2026' "
                "WHEN rowid % 7 = 2 THEN NULL WHEN rowid % 7 = 3 THEN repeat('é', 300) WHEN rowid % 7 = 4 THEN repeat('é', 301) ELSE source END"
            )
        publish(writer)
    export(warehouse, out, "1")
    summary = export(warehouse, out, "1", partitioned=True)
    assert not (out / "articles.parquet").exists() and (out / "runs.parquet").exists()
    assert summary["tables"]["articles"] == 42
    files = f"read_parquet('{out}/articles/**/*.parquet', hive_partitioning = true, hive_types = {{'month': VARCHAR, 'source': VARCHAR}})"
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        plain = f"read_parquet('{out}/articles/**/*.parquet', hive_partitioning = false)"
        for one, other in (("articles", plain), (plain, "articles")):
            assert connection.execute(f"FROM {one} EXCEPT ALL FROM {other}").fetchall() == []
        assert connection.execute(
            f"SELECT count(*) FROM {files} WHERE month IS DISTINCT FROM strftime(published_on, '%Y-%m')"
        ).fetchall() == [(0,)]
        short = "source IS NULL OR source NOT LIKE 'ééé%'"
        assert connection.execute(f"SELECT DISTINCT source FROM {files} WHERE {short} ORDER BY ALL").fetchall() == \
            connection.execute(f"SELECT DISTINCT source FROM articles WHERE {short} ORDER BY ALL").fetchall()  # fmt: skip
    assert "hive_partitioning" in (out / "README.md").read_text()
    export(warehouse, out, "1")
    assert (out / "articles.parquet").exists() and not (out / "articles").exists()


CHANGES = (
    "INSERT INTO article_versions SELECT a.* REPLACE ('new-' || article_id || {n} AS article_id, now() AS loaded_at) FROM article_versions AS a WHERE rowid % 9 = {n}",
    "DELETE FROM article_versions WHERE rowid % 11 = {n}",
    "UPDATE article_versions SET near_duplicate_of = 'x{n}' WHERE rowid % 5 = {n}",
    "UPDATE article_versions SET story_id = 's{n}' WHERE rowid % 6 = {n}",
    "UPDATE article_versions SET valid_to = now() WHERE valid_to IS NULL AND rowid % 13 = {n}",
    "UPDATE article_versions SET body = body || ' {n}', loaded_at = loaded_at + INTERVAL 1 HOUR WHERE rowid % 4 = {n}",
    "INSERT INTO article_links SELECT article_id, 'other', 'quotes', .5, {n}, .5 FROM article_versions WHERE rowid % 10 = {n} AND article_id NOT IN (SELECT article_id FROM article_links WHERE other_id = 'other')",
    "UPDATE article_links SET similarity = similarity / 2",
    "DELETE FROM article_links WHERE rowid % 2 = {n}",
    "UPDATE quarantine SET resolved_at = now() WHERE rowid % 5 = {n}",
    "DELETE FROM documents WHERE rowid % 8 = {n}",
    "UPDATE runs SET status = 'crashed {n}'",
    "UPDATE article_versions SET source = NULL, loaded_at = now() WHERE rowid % 15 = {n}",
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=st.lists(st.lists(st.sampled_from(CHANGES), max_size=4), min_size=1, max_size=4), number=st.integers(0, 3))
def test_a_chain_of_changes_put_in_by_key_gives_what_a_full_export_does(
    seeded, tmp_path: Path, days: list[list[str]], number: int
):
    with tempfile.TemporaryDirectory(dir=tmp_path) as name:
        folder = Path(name)
        warehouse = Path(shutil.copy(seeded[0], folder / "w.duckdb"))
        export(warehouse, folder / "day0", "1")
        mine = duckdb.connect()
        for table in KEYS:
            mine.execute(f"CREATE TABLE {table} AS FROM '{folder}/day0/{table}.parquet'")
        for day, changes in enumerate(days, 1):
            with open_writer(warehouse) as writer:
                for change in changes:
                    with writer.transaction() as connection:
                        connection.execute(change.format(n=number))
                publish(writer)
            now, before = folder / f"day{day}", folder / f"day{day - 1}"
            told = export(warehouse, now, "1", since=before if day % 2 else before / "watermark.parquet")
            assert told["watermark"] == str(now / "watermark.parquet")
            if not changes:
                assert told["deleted"] == 0 and {told["tables"][table] for table in KEYS} == {0}
            for table, key in KEYS.items():
                as_text = "to_json([" + ", ".join(f'"{column}"::VARCHAR' for column in key) + "])::VARCHAR"
                gone = f"(SELECT key FROM '{now}/deleted.parquet' WHERE \"table\" = '{table}')"
                new = f"(SELECT {as_text} FROM '{now}/{table}.parquet')"
                mine.execute(f"DELETE FROM {table} WHERE {as_text} IN {gone} OR {as_text} IN {new}")
                mine.execute(f"INSERT INTO {table} FROM '{now}/{table}.parquet'")
        export(warehouse, folder / "full", "1")
        for table in KEYS:
            for one, other in (
                (table, f"'{folder}/full/{table}.parquet'"),
                (f"'{folder}/full/{table}.parquet'", table),
            ):
                assert mine.execute(f"FROM {one} EXCEPT ALL FROM {other}").fetchall() == [], table
        mine.close()


def test_only_what_changed_is_in_it_and_the_readme_says_how_to_put_it_in(warehouse: Path, tmp_path: Path):
    export(warehouse, tmp_path / "monday", "1")
    with open_writer(warehouse) as writer:
        with writer.transaction() as connection:
            (gone,) = connection.execute("SELECT min(article_id) FROM article_versions").fetchone() or ("",)
            connection.execute("DELETE FROM article_versions WHERE article_id = ?", [gone])
            connection.execute(
                "UPDATE article_versions SET near_duplicate_of = 'x' WHERE rowid = (SELECT max(rowid) FROM article_versions)"
            )
        publish(writer)
    told = export(warehouse, tmp_path / "tuesday", "1", since=tmp_path / "monday", partitioned=True)
    assert (
        told["tables"]["articles"],
        told["tables"]["article_versions"],
        told["tables"]["receipts"],
        told["deleted"],
    ) == (1, 1, 0, 2)
    assert "edits" not in told["tables"] and "captions" not in told["tables"]
    rows = pq.read_table(tmp_path / "tuesday" / "deleted.parquet").to_pylist()
    assert rows == [
        {"table": "article_versions", "key": f'["{gone}","1"]'},
        {"table": "articles", "key": f'["{gone}"]'},
    ]
    readme = (tmp_path / "tuesday" / "README.md").read_text()
    assert f"changes since `{tmp_path}/monday/watermark.parquet`" in readme
    assert "| `article_versions` | `article_id`, `version` |" in readme


def test_the_keys_are_keys(seeded):
    with duckdb.connect(str(seeded[0]), read_only=True) as connection:
        for table, key in KEYS.items():
            columns = ", ".join(f'"{column}"' for column in key)
            assert (
                connection.execute(f"SELECT {columns} FROM {table} GROUP BY ALL HAVING count(*) > 1").fetchall() == []
            ), table


def test_the_provenance_card(seeded, tmp_path: Path):
    done = copydesk("export", str(tmp_path / "out"), "--json", "--warehouse", str(seeded[0]))
    assert done.returncode == 0, done.stderr
    card = json.loads((tmp_path / "out" / "provenance.json").read_text())
    assert card["articles_by_rules_version"] == {card["rules_version"]: 42}
    assert card["rules"] == card["rules_version"]
    assert len(card["models"]["labeller.json.xz"]) == 16
    assert card["settings"]["batch_documents"] == 256
    assert card["rows"]["articles"] == 42
    assert card["last_run"] == seeded[1]["run_id"] and card["since"] is None
    assert card["exported_at"].startswith(datetime.now(UTC).strftime("%Y-"))


@pytest.mark.parametrize("case", ["none", "no export", "text", "other file", "other warehouse", "same folder"])
def test_a_watermark_that_is_none_is_wrong_usage(warehouse: Path, tmp_path: Path, case: str):
    export(warehouse, tmp_path / "before", "1")
    since, out = tmp_path / "before", tmp_path / "out"
    if case == "none":
        since = tmp_path / "nothing"
    elif case == "no export":
        since = tmp_path
    elif case == "text":
        since = tmp_path / "text"
        since.write_text("not Parquet")
    elif case == "other file":
        since = since / "articles.parquet"
        pq.write_table(pa.table({"a": [1]}), since)
    elif case == "other warehouse":
        with open_writer(tmp_path / "other.duckdb"):
            pass
        warehouse = tmp_path / "other.duckdb"
    else:
        out = since
    before = {path.name for path in (tmp_path / "before").iterdir()}
    with pytest.raises(UsageError, match="--since"):
        export(warehouse, out, "1", since=since)
    assert {path.name for path in (tmp_path / "before").iterdir()} == before


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
