"""Reading the published warehouse for a person: SQL of theirs, and the answers that commands print."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.errors import UsageError, WarehouseError
from warehouse._parquet import reader, write_rows
from warehouse._reasons import reason
from warehouse._sql import query
from warehouse.connection import open_reader

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

#: How many rows are held at a time while they are printed.
_ROWS = 1000


@contextmanager
def run_query(warehouse: Path, sql: str) -> Iterator[tuple[list[str], Iterator[tuple[Any, ...]]]]:
    """The columns and rows of a person's SQL; `UsageError` when it writes or is wrong."""
    with closing(open_reader(warehouse)) as connection:
        yield _execute(connection, sql), _rows(connection)


def save_query(warehouse: Path, sql: str, out: Path) -> int:
    """The rows of a person's SQL as a Parquet file, in place at once or not at all; the answer is their number."""
    import duckdb
    import pyarrow as pa

    if not out.parent.is_dir():
        raise UsageError(f"--out {out}: there is no folder {out.parent}; make it first")
    unfinished = out.with_name(f".{out.name}.{os.getpid()}.unfinished")
    try:
        with closing(open_reader(warehouse)) as connection:
            _execute(connection, sql)
            count = write_rows([reader(connection)], unfinished)
        unfinished.replace(out)
    except OSError as error:
        raise WarehouseError(f"cannot write {out}: {reason(error)}") from error
    except (duckdb.Error, pa.ArrowException) as error:
        raise WarehouseError(f"the rows could not be written to {out}: {_first_line(error)}") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return count


def status(warehouse: Path) -> dict[str, Any]:
    """What is in the warehouse: `totals`, and rows of `alarms`, `sources`, `languages`, `runs`, `quarantine`."""
    names = ("alarms", "sources", "languages", "runs", "quarantine")
    with closing(open_reader(warehouse)) as connection:
        parts = {name: _ask(connection, f"status_{name}") for name in names}
        return {"warehouse": str(warehouse), "totals": _ask(connection, "status_totals")[0], **parts}


def list_quarantine(warehouse: Path, reason: str | None, source: str | None, limit: int) -> list[dict[str, Any]]:
    """The open refusals, the latest first."""
    with closing(open_reader(warehouse)) as connection:
        return _ask(connection, "quarantine_list", reason=reason, source=source, limit=limit)


def find_quarantine(warehouse: Path, document: str) -> list[dict[str, Any]]:
    """The refusals of a document, by its id, the beginning of it, or its origin, the latest first."""
    with closing(open_reader(warehouse)) as connection:
        rows = _ask(connection, "quarantine_show", document=document)
    if not rows:
        raise UsageError(
            f"no refused document has the id or the origin {document}; `copydesk quarantine list` names them"
        )
    return rows


def _ask(connection: "DuckDBPyConnection", name: str, **parameters: Any) -> list[dict[str, Any]]:
    connection.execute(query(name), parameters or None)
    columns = [column[0] for column in connection.description or []]
    return [dict(zip(columns, row, strict=True)) for row in connection.fetchall()]


def _execute(connection: "DuckDBPyConnection", sql: str) -> list[str]:
    """Run a person's SQL; the answer is the names of the columns."""
    import duckdb

    try:
        connection.execute(sql)
        if connection.description:
            return [column[0] for column in connection.description]
    except duckdb.Error as error:
        message = _first_line(error)
        if "read-only mode" in message:
            raise UsageError(
                "query only reads; keep tables of your own in a file of yours that attaches the warehouse"
            ) from error
        raise UsageError(f"the SQL was not accepted: {message}") from error
    raise UsageError("there is no query in the SQL; give a SELECT")


def _rows(connection: "DuckDBPyConnection") -> Iterator[tuple[Any, ...]]:
    while rows := connection.fetchmany(_ROWS):
        yield from rows


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0] or type(error).__name__
