"""What the warehouse knows of a source, for the expectations on a batch."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from schemas.run import SourceHistory
from warehouse._arrow import table
from warehouse._sql import query

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def source_history(connection: "DuckDBPyConnection", sources: Iterable[str | None]) -> dict[str | None, SourceHistory]:
    """What each of these sources (None: no outlet named) has been so far; all zeros for one that is not known."""
    asked = list(dict.fromkeys(sources))
    if not asked:
        return {}
    connection.register("asked", table({"row": range(len(asked)), "source": asked}))
    try:
        rows = connection.execute(query("source_history")).fetchall()
    finally:
        connection.unregister("asked")
    return {asked[row]: SourceHistory(*counts) for row, *counts in rows}
