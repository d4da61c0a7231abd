"""`copydesk export`: the public tables and views as Parquet files, all of one state of the warehouse."""

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.errors import UsageError, WarehouseBusy, WarehouseError
from warehouse._parquet import reader, write_partitions, write_rows
from warehouse._sql import query
from warehouse.connection import open_reader
from warehouse.describe import Relation, describe, relations
from warehouse.made import note_made
from warehouse.migrate import read_state
from warehouse.publish import sync_folder
from warehouse.watermark import FILE as WATERMARK
from warehouse.watermark import (
    KEYS,
    changed_rows,
    find_changes,
    find_watermark,
    note_rows,
    write_deleted,
    write_watermark,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from pyarrow import RecordBatchReader

#: `edits` joins bodies with bodies, and the join holds one side in memory: 5,000 rows of 5 KB at a time do.
_EDITS_AT_A_TIME = 4000
_IDS = 256  # article_id begins with two hex digits
_UNFINISHED = ".unfinished"
#: What is in the folder beside the tables.
_README, _CARD, _DELETED = "README.md", "provenance.json", "deleted.parquet"
#: The tables that have a month and an outlet, and copy enough to be worth files of their own.
_PARTITIONED = ("articles", "article_versions")


def export(
    warehouse: Path,
    folder: Path,
    code_version: str,
    tell: Callable[[str], None] = lambda name: None,
    *,
    since: Path | None = None,
    partitioned: bool = False,
    card: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Write every public table and view to `folder`/NAME.parquet, with a README.md, provenance.json and a watermark.

    `since`: the watermark of an earlier export, or its folder: then only rows that are new or other than there, and
    `deleted.parquet` (`warehouse.watermark.KEYS`); each table that has no key whole, and no views but `articles`.
    `partitioned`: articles and versions as NAME/month=YYYY-MM/source=OUTLET/part-N.parquet.
    `code_version`: what makes the export; `card`: what else is to be known of its making, for provenance.json.
    `tell` hears the name of each table before it is written.

    The answer: `warehouse`, `folder`, `revision` (transactions the warehouse had seen), `watermark`: what the next
    export of changes goes by, `since`, `bytes`, `tables`: rows by name, and `deleted`: rows that are gone.  What an
    earlier export left in the folder is replaced when all is written, and stays as it is when that fails.
    """
    import duckdb

    before = find_watermark(since, folder) if since else None
    with closing(open_reader(warehouse)) as connection, _work_folder(folder) as work:
        origin = _origin(connection, warehouse, code_version)
        known = [relation for relation in relations(connection) if not relation.is_internal]
        public = [r for r in known if not before or r.kind == "table" or r.name in KEYS]
        rows: dict[str, int] = {}
        deleted = 0
        try:
            note_rows(connection, known)
            if before:
                find_changes(connection, before, origin["warehouse_id"])
            for relation in public:
                tell(relation.name)
                chosen = changed_rows(relation) if before and relation.name in KEYS else f'"{relation.name}"'
                rows[relation.name] = _write(connection, relation, chosen, work, origin, partitioned)
            if before:
                deleted = write_deleted(connection, before, work / _DELETED, origin)
            write_watermark(connection, work / WATERMARK, origin)
            made = _card(connection, origin, rows, card or {}, before)
            (work / _CARD).write_text(
                json.dumps(made, indent=1, default=str, ensure_ascii=False) + "\n", encoding="utf-8"
            )
            (work / _README).write_text(_readme(public, rows, origin, work, before, deleted), encoding="utf-8")
            size = _put_in_place(work, folder, [relation.name for relation in known])
            note_made(warehouse, "export", folder)
        except OSError as error:
            raise _failed(folder, error.strerror or str(error)) from error
        except duckdb.Error as error:
            raise _failed(folder, str(error).splitlines()[0]) from error
    return {
        "warehouse": str(warehouse),
        "folder": str(folder),
        "revision": int(origin["revision"]),
        "watermark": str(folder / WATERMARK),
        "since": str(before) if before else None,
        "bytes": size,
        "tables": rows,
        "deleted": deleted,
    }


@contextlib.contextmanager
def _work_folder(folder: Path) -> Iterator[Path]:
    """A folder inside `folder` for what is not finished; nobody else exports to it meanwhile."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file: name a folder for the export")
    work = folder / _UNFINISHED
    with contextlib.ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(folder, os.O_RDONLY)
            stack.callback(os.close, handle)
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            stack.callback(shutil.rmtree, work, ignore_errors=True)
            shutil.rmtree(work, ignore_errors=True)  # left by an export that was killed
            work.mkdir()
        except BlockingIOError:
            raise WarehouseBusy(f"another export is writing to {folder}: wait for it, or name another folder") from None
        except OSError as error:
            raise UsageError(
                f"cannot write to {folder} ({error.strerror}): name another folder for the export"
            ) from error
        yield work


def _origin(connection: "DuckDBPyConnection", warehouse: Path, code_version: str) -> dict[str, str]:
    """What the files were made from, by what and when."""
    last = connection.execute(query("last_completed_run")).fetchone() or ("none", "none")
    return {
        "warehouse": warehouse.name,
        "warehouse_id": read_state(connection, "warehouse_id") or "",
        "revision": read_state(connection, "revision") or "0",
        "last_run": last[0],
        "rules_version": last[1],
        "code_version": code_version,
        "exported_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _write(
    connection: "DuckDBPyConnection",
    relation: Relation,
    chosen: str,
    work: Path,
    origin: dict[str, str],
    partitioned: bool,
) -> int:
    """The `chosen` rows of a relation (SQL to select from) as Parquet, seen to the disk; the answer is their number."""
    import duckdb
    import pyarrow as pa

    comments = {column.name: column.comment for column in relation.columns}
    told = {**origin, "comment": relation.comment, "columns": json.dumps(comments, ensure_ascii=False)}
    try:
        if partitioned and relation.name in _PARTITIONED:
            (work / relation.name).mkdir()
            chosen_rows = connection.execute(query("export_partitioned").format(rows=chosen))
            return write_partitions(reader(chosen_rows), work / relation.name, told)
        return write_rows(_readers(connection, relation, chosen), work / f"{relation.name}.parquet", told)
    except (duckdb.Error, pa.ArrowException) as error:
        raise _failed(work.parent, f"{relation.name}: {str(error).splitlines()[0]}") from error


def _readers(connection: "DuckDBPyConnection", relation: Relation, chosen: str) -> "Iterator[RecordBatchReader]":
    """The rows of a relation, as one stream or, where one needs too much memory, as several."""
    where = [""]
    if relation.name == "edits":
        (count,) = connection.execute(query("count_edits")).fetchone() or (0,)
        parts = min(_IDS, 1 + count // _EDITS_AT_A_TIME)
        edges = [f"{_IDS * part // parts:02x}" for part in range(parts)] + ["g"]  # "g" is after every hex digit
        where = [f" WHERE article_id >= '{low}' AND article_id < '{high}'" for low, high in pairwise(edges)]
    for part in where:
        yield reader(connection.execute(f"SELECT * FROM {chosen}{part}"))


def _put_in_place(work: Path, folder: Path, names: list[str]) -> int:
    """Put what is finished where it belongs, in place of an earlier export; the answer is its size in bytes."""
    finished = sorted(work.iterdir())
    size = sum(path.stat().st_size for path in work.rglob("*") if path.is_file())
    for path in (work, *(path for path in work.rglob("*") if path.is_dir())):
        sync_folder(path)
    gone = work / ".gone"
    gone.mkdir()
    ours = {*(f"{name}.parquet" for name in names), *_PARTITIONED, _DELETED, *(path.name for path in finished)}
    for name in sorted(ours):
        new, old = work / name, folder / name
        if old.is_dir() or (old.exists() and not new.exists()):  # a file is replaced by the one that takes its name
            old.replace(gone / name)
        if new.exists():
            new.replace(old)
    sync_folder(folder)
    return size


def _card(
    connection: "DuckDBPyConnection",
    origin: dict[str, str],
    rows: dict[str, int],
    card: Mapping[str, Any],
    before: Path | None,
) -> dict[str, Any]:
    """Where it all comes from: what made the export, and which rules made the articles in it."""
    made_by = connection.execute(query("export_rules")).fetchall()
    return {
        **origin,
        "since": str(before) if before else None,
        "articles_by_rules_version": dict(made_by),
        **card,
        "rows": rows,
    }


def _readme(
    public: list[Relation], rows: dict[str, int], origin: dict[str, str], work: Path, before: Path | None, deleted: int
) -> str:
    made = "\n".join(f"| {name.replace('_', ' ')} | `{value}` |" for name, value in origin.items())
    places = {name: f"{name}.parquet" if (work / f"{name}.parquet").exists() else f"{name}/" for name in rows}
    counts = "\n".join(f"| [`{name}`]({places[name]}) | {count:,} |" for name, count in rows.items())
    what = "One Parquet file (zstd) a table or view, all of one state of the warehouse."
    if any(place.endswith("/") for place in places.values()):
        what += (
            "\nFolders are partitioned as Hive does it, by the month and outlet of an article:\n"
            "`read_parquet('articles/**/*.parquet', hive_partitioning = true)`."
        )
    if before:
        keys = "\n".join(f"| `{n}` | {', '.join(f'`{c}`' for c in key)} |" for n, key in KEYS.items() if n in rows)
        what += (
            f"\n\nThese are changes since `{before}`: of the tables below every row that is new or is not\n"
            "what it was, to be put in by its key (insert, or update what has the key).\n"
            f"[`{_DELETED}`]({_DELETED}) names {deleted:,} rows that are gone: the table, and the key as a JSON list\n"
            "of texts.  Every other table is whole, and replaces what you have.\n\n"
            f"| table | key |\n|---|---|\n{keys}\n\nViews are left out: they follow from the tables (docs/tables.md)."
        )
    return (
        f"# Articles of a copydesk warehouse\n\n{what}\n\nTimes are UTC.  The comments below are also in the files, as"
        f" key-value metadata `comment` and `columns`.\n[`{_CARD}`]({_CARD}): code, rules, model and settings."
        f"  `{WATERMARK}`: what `copydesk export DIR --since` compares with, for the next export of changes.\n\n"
        f"| made from | |\n|---|---|\n{made}\n\n"
        f"| file | rows |\n|---|---|\n{counts}\n\n" + "\n\n".join(describe(relation) for relation in public) + "\n"
    )


def _failed(folder: Path, reason: str) -> WarehouseError:
    return WarehouseError(f"cannot export to {folder} ({reason}): what was there before is as it was")
