"""How far a backfill has come: which of the sitemaps that indexes named to it were read."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from schemas.collected import Visit
from schemas.source import Source, Window
from warehouse._arrow import table
from warehouse._sql import query

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def begin(
    connection: "DuckDBPyConnection", source_ids: Sequence[str], window: Window
) -> dict[tuple[str, str], tuple[bool, int]]:
    """What earlier runs for the same days have left: by source and address whether it was read, and its failures."""
    asked = {"source_ids": list(source_ids)}
    connection.execute(query("begin_backfill"), asked | {"since": window.since, "until": window.until})
    rows = connection.execute(query("find_backfill_sitemaps"), asked).fetchall()
    return {(source_id, url): (is_read, failures) for source_id, url, is_read, failures in rows}


def write(
    connection: "DuckDBPyConnection", window: Window, named: Sequence[tuple[Source, str]], visits: Sequence[Visit]
) -> None:
    """Remember sitemaps that are yet to be read, and what came of those that were asked for."""
    if named:
        columns = {"source_id": [source.id for source, _ in named], "url": [url for _, url in named]}
        connection.register("named", table(columns))
        try:
            connection.execute(query("insert_backfill_sitemaps"), {"since": window.since, "until": window.until})
        finally:
            connection.unregister("named")
    if visits:
        columns = {
            "source_id": [visit.job.source.id for visit in visits],
            "url": [visit.job.url for visit in visits],
            "fetched_at": [None if visit.answer.outcome == "failed" else visit.at for visit in visits],
            "failures": [visit.job.failures + 1 if visit.answer.outcome == "failed" else 0 for visit in visits],
        }
        connection.register("feeds", table(columns))
        try:
            connection.execute(query("update_backfill_sitemaps"))
        finally:
            connection.unregister("feeds")


def end(connection: "DuckDBPyConnection", source_ids: Sequence[str], tries: int) -> None:
    """Forget the backfills that have nothing left to read, or nothing that did not fail so many times."""
    connection.execute(query("end_backfill"), {"source_ids": list(source_ids), "tries": tries})
