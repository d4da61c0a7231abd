"""A backup is a data folder that can be worked with, never loses a pack, and forgets with the original."""

import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

os.environ["COPYDESK_TRACK"] = "0"  # before the flows are imported

from flows.forget import forget
from flows.ingest import ingest
from flows.reprocess import reprocess
from schemas.errors import UsageError
from schemas.settings import Settings
from tests.conftest import copydesk
from tests.test_forget import MARK, MARKED, OTHERS, URL, ask, faults, filled, where_it_stands, write_dump  # noqa: F401
from warehouse.audit import audit
from warehouse.backup import backup, forecast


@pytest.fixture
def data(filled: Path, tmp_path: Path) -> Path:  # noqa: F811
    shutil.copytree(filled, tmp_path / "data", ignore=shutil.ignore_patterns("exported", "*.html", ".w.duckdb.made"))
    return tmp_path / "data"


def make(data: Path, folder: Path) -> dict:
    return backup(data / "w.duckdb", data / "landing", folder)


def test_a_backup_is_a_data_folder_and_only_what_is_new_is_copied(data: Path, tmp_path: Path):
    kept = tmp_path / "kept"
    assert make(data, kept)["packs"] == 3
    assert make(data, kept)["packs"] == 0
    assert audit(kept / "w.duckdb", kept / "landing", 100)["faults"] == []
    ingest(
        [
            write_dump(
                tmp_path / "more.jsonl", [{**OTHERS[0], "id": "z", "text": MARKED[2]["text"].replace(MARK, "Ostby")}]
            )
        ],
        str(data / "w.duckdb"),
        workers=1,
    )
    assert make(data, kept)["packs"] == 1
    articles = "SELECT article_id, version, body FROM article_versions ORDER BY ALL"
    assert ask(kept, articles) == ask(data, articles)
    # A disk that lost its packs does not take those of the backup along.
    shutil.rmtree(data / "landing")
    assert make(data, kept)["kept"] == 4
    (kept / "w.duckdb").unlink()
    reprocess(str(kept / "w.duckdb"), all=True, workers=1)
    assert ask(kept, articles) == ask(data, articles)


def test_what_was_taken_down_goes_from_the_backup(data: Path, tmp_path: Path):
    kept = tmp_path / "kept"
    make(data, kept)
    assert where_it_stands(kept)
    ids = [i for (i,) in ask(data, f"SELECT article_id FROM articles WHERE contains(lower(body), '{MARK}')")]
    forget(Settings(warehouse=data / "w.duckdb"), ids)
    assert make(data, kept)["forgotten"] == 1
    assert where_it_stands(kept) == []
    assert faults(kept) == []


def test_a_pack_that_was_moved_to_another_disk_is_rewritten_there(data: Path, tmp_path: Path):
    away = tmp_path / "away"
    away.mkdir()
    for pack in (data / "landing").glob("*.parquet"):
        pack.rename(away / pack.name)
        pack.symlink_to(away / pack.name)
    forget(Settings(warehouse=data / "w.duckdb"), [URL])
    assert all(pack.is_symlink() for pack in (data / "landing").glob("*.parquet"))
    import pyarrow.parquet as pq

    rows = [row for pack in away.glob("*.parquet") for row in pq.read_table(pack).to_pylist()]
    assert len(rows) == 9 and not any(URL in row["given"] for row in rows)
    assert faults(data) == []


def test_the_forecast_goes_by_what_came_in(data: Path):
    now = datetime.now(UTC)
    landed = sum(path.stat().st_size for path in (data / "landing").glob("*.parquet"))
    told = forecast(data / "w.duckdb", data / "landing", 30, now + timedelta(days=9, hours=23))
    raw, stored = told["rows"]
    assert raw["bytes"] == landed and raw["bytes_per_day"] == pytest.approx(landed / 10, rel=0.01)
    assert raw["in_365_days"] == pytest.approx(landed * 37.5, rel=0.01)
    assert stored["bytes"] == 3 * (data / "w.duckdb").stat().st_size and told["full_in_days"] > 0
    quiet = forecast(data / "w.duckdb", data / "landing", 30, now + timedelta(days=99))
    assert quiet["documents_per_day"] == 0 and quiet["full_in_days"] is None
    assert quiet["rows"][0]["in_365_days"] == landed


def test_the_commands(data: Path, tmp_path: Path):
    warehouse = ["--warehouse", str(data / "w.duckdb")]
    done = copydesk("backup", str(tmp_path / "kept"), *warehouse)
    assert done.returncode == 0 and "copydesk check --warehouse" in done.stderr, done.stderr
    assert copydesk("backup", str(data), *warehouse).returncode == 2
    told = json.loads(copydesk("forecast", "--json", *warehouse).stdout)
    assert [row["what"] for row in told["rows"]] == ["landing", "warehouse"]
    shown = copydesk("forecast", *warehouse)
    assert shown.stdout.splitlines()[0].split("\t") == ["what", "now", "bytes_per_day", "in_30_days", "in_365_days"]
    assert "documents a day" in shown.stderr
    with pytest.raises(UsageError, match="no warehouse"):
        backup(tmp_path / "none.duckdb", tmp_path / "landing", tmp_path / "b")
