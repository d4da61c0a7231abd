"""`copydesk export`: the public tables and views as Parquet files, all of one state of the warehouse."""

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.errors import UsageError, WarehouseBusy, WarehouseError
from warehouse._parquet import reader, write_rows
from warehouse._sql import query
from warehouse.connection import open_reader
from warehouse.describe import Relation, describe, relations
from warehouse.made import note_made
from warehouse.migrate import read_state
from warehouse.publish import sync_folder

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from pyarrow import RecordBatchReader

#: `edits` joins bodies with bodies, and the join holds one side in memory: 5,000 rows of 5 KB at a time do.
_EDITS_AT_A_TIME = 4000
_IDS = 256  # article_id begins with two hex digits
_UNFINISHED = ".unfinished"


def export(
    warehouse: Path, folder: Path, code_version: str, tell: Callable[[str], None] = lambda name: None
) -> dict[str, Any]:
    """Write every public table and view to `folder`/NAME.parquet, with a README.md that explains them.

    The answer: `warehouse`, `folder`, `revision` (transactions the warehouse had seen), `bytes`, and `tables`: rows by
    name.  The files of an earlier export are replaced when all are written, and stay as they are when that fails.
    `code_version`: what makes the export; `tell` hears the name of each table before it is written.
    """
    with closing(open_reader(warehouse)) as connection, _work_folder(folder) as work:
        origin = _origin(connection, warehouse, code_version)
        public = [relation for relation in relations(connection) if not relation.is_internal]
        rows: dict[str, int] = {}
        try:
            for relation in public:
                tell(relation.name)
                rows[relation.name] = _write(connection, relation, work / f"{relation.name}.parquet", origin)
            (work / "README.md").write_text(_readme(public, rows, origin), encoding="utf-8")
            size = _put_in_place(work, folder)
            note_made(warehouse, "export", folder)
        except OSError as error:
            raise _failed(folder, error.strerror or str(error)) from error
    return {
        "warehouse": str(warehouse),
        "folder": str(folder),
        "revision": int(origin["revision"]),
        "bytes": size,
        "tables": rows,
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
        "revision": read_state(connection, "revision") or "0",
        "last_run": last[0],
        "rules_version": last[1],
        "code_version": code_version,
        "exported_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _write(connection: "DuckDBPyConnection", relation: Relation, target: Path, origin: dict[str, str]) -> int:
    """One relation as a Parquet file, seen to the disk; the answer is its number of rows."""
    import duckdb
    import pyarrow as pa

    comments = {column.name: column.comment for column in relation.columns}
    told = {**origin, "comment": relation.comment, "columns": json.dumps(comments, ensure_ascii=False)}
    try:
        return write_rows(_readers(connection, relation), target, told)
    except (duckdb.Error, pa.ArrowException) as error:
        raise _failed(target.parent.parent, f"{relation.name}: {str(error).splitlines()[0]}") from error


def _readers(connection: "DuckDBPyConnection", relation: Relation) -> "Iterator[RecordBatchReader]":
    """The rows of a relation, as one stream or, where one needs too much memory, as several."""
    where = [""]
    if relation.name == "edits":
        (count,) = connection.execute(query("count_edits")).fetchone() or (0,)
        parts = min(_IDS, 1 + count // _EDITS_AT_A_TIME)
        edges = [f"{_IDS * part // parts:02x}" for part in range(parts)] + ["g"]  # "g" is after every hex digit
        where = [f" WHERE article_id >= '{low}' AND article_id < '{high}'" for low, high in pairwise(edges)]
    for part in where:
        yield reader(connection.execute(f'SELECT * FROM "{relation.name}"{part}'))


def _put_in_place(work: Path, folder: Path) -> int:
    """Rename what is finished to where it belongs; the answer is its size in bytes."""
    sync_folder(work)
    finished = [path for path in work.iterdir() if path.is_file()]
    size = sum(path.stat().st_size for path in finished)
    for path in sorted(finished):
        path.replace(folder / path.name)
    sync_folder(folder)
    return size


def _readme(public: list[Relation], rows: dict[str, int], origin: dict[str, str]) -> str:
    made = "\n".join(f"| {name.replace('_', ' ')} | `{value}` |" for name, value in origin.items())
    counts = "\n".join(f"| [`{name}`]({name}.parquet) | {count:,} |" for name, count in rows.items())
    return (
        "# Articles of a copydesk warehouse\n\n"
        "One Parquet file (zstd) a table or view, all of one state of the warehouse.  Times are UTC.  The comments\n"
        "below are also in the files, as key-value metadata `comment` and `columns`.\n\n"
        f"| made from | |\n|---|---|\n{made}\n\n"
        f"| file | rows |\n|---|---|\n{counts}\n\n" + "\n\n".join(describe(relation) for relation in public) + "\n"
    )


def _failed(folder: Path, reason: str) -> WarehouseError:
    return WarehouseError(f"cannot export to {folder} ({reason}): what was there before is as it was")
