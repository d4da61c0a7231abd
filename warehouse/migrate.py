"""Bring a warehouse to the shape this code expects: migrations once, views every time."""

import contextlib
import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from schemas.errors import WarehouseError
from warehouse._sql import migrations, query, views

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def migrate(connection: "DuckDBPyConnection") -> bool:
    """Apply what is missing, each migration in a transaction of its own, and make the views anew.

    Returns whether anything differs from what was there before.  A warehouse made by a newer copydesk is refused.
    """
    connection.execute(query("create_bookkeeping"))
    applied = {name for (name,) in connection.execute(query("applied_migrations")).fetchall()}
    known = {path.stem for path in migrations()}
    if unknown := sorted(applied - known):
        raise WarehouseError(f"the warehouse was made by a newer copydesk (it has {unknown[-1]}): update copydesk")
    changed = False
    for path in migrations():
        if path.stem not in applied:
            with _transaction(connection):
                connection.execute(path.read_text(encoding="utf-8"))
                connection.execute(query("record_migration"), [path.stem])
            changed = True
    return _make_views(connection) or changed


def is_current(connection: "DuckDBPyConnection") -> bool:
    """Whether a warehouse that is only read has the shape this code expects."""
    applied = {name for (name,) in connection.execute(query("applied_migrations")).fetchall()}
    return applied == {path.stem for path in migrations()}


def _make_views(connection: "DuckDBPyConnection") -> bool:
    """Create every view with its comments; CREATE OR REPLACE drops those of the columns, so they are set each time."""
    texts = [path.read_text(encoding="utf-8") for path in views()]
    digest = hashlib.sha256("".join(texts).encode()).hexdigest()
    before = read_state(connection, "views_sha256")
    with _transaction(connection):
        for text in texts:
            connection.execute(text)
        # A view that hands on a column of article_versions says the same of it.
        for view, column, comment in connection.execute(query("uncommented_view_columns")).fetchall():
            connection.execute(f"COMMENT ON COLUMN {view}.\"{column}\" IS '{comment.replace(chr(39), chr(39) * 2)}'")
        write_state(connection, "views_sha256", digest)
    return before != digest


@contextlib.contextmanager
def _transaction(connection: "DuckDBPyConnection") -> Iterator[None]:
    import duckdb

    connection.begin()
    try:
        yield
        connection.commit()
    except BaseException:
        with contextlib.suppress(duckdb.Error):  # DuckDB has already undone it after some errors, a full disk for one
            connection.rollback()
        raise


def read_state(connection: "DuckDBPyConnection", name: str) -> str | None:
    """A value of `warehouse_state`; None when it was never written."""
    found = connection.execute(query("read_state"), [name]).fetchone()
    return found[0] if found else None


def write_state(connection: "DuckDBPyConnection", name: str, value: str) -> None:
    """Set a value of `warehouse_state`; in the transaction that is open, if one is."""
    connection.execute(query("delete_state"), [name])
    connection.execute(query("insert_state"), [name, value])
