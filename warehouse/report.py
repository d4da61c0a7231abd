"""What `copydesk report` asks of the warehouse: one reader, one state, one `Report`."""

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.draft import Piece
from schemas.report import (
    Copies,
    Coverage,
    DayCount,
    Edit,
    FailedCheck,
    Period,
    Refusals,
    RefusedDocument,
    Report,
    Run,
    Sample,
    Story,
    Totals,
)
from schemas.run import Alarm
from warehouse._sql import query
from warehouse.connection import open_reader
from warehouse.migrate import read_state

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# How much of each there is on the page: what a person reads, and a bound on its size.
OUTLETS_APART = 14
REASONS = 15
REFUSED_EACH = 3
CHECKS = 12
HEALTH_OUTLETS = 80
STORIES = 8
OUTLETS_EACH = 8
EDITS = 8
COPIES = 10
RUNS = 30
#: Samples of cleaned copy: at random, and those of which the cleaning is least sure; of so many words.
AT_RANDOM, UNSURE = 8, 4
SAMPLE_WORDS = (40, 900)


def read_report(warehouse: Path, days: int, made_at: datetime, code_version: str) -> Report:
    """The published warehouse as a report on the `days` days to `made_at`; it may be in use."""
    with closing(open_reader(warehouse)) as connection:
        period = _period(connection, days, made_at.astimezone(UTC).date())
        within = {"since": period.since, "until": period.until}
        each = {"since": period.since, "outlets": OUTLETS_EACH}
        revision = read_state(connection, "revision") or "0"
        words = {"fewest": SAMPLE_WORDS[0], "most": SAMPLE_WORDS[1], "at_random": AT_RANDOM, "unsure": UNSURE}
        health = _ask(connection, "health", most=HEALTH_OUTLETS)
        return Report(
            warehouse=warehouse.name,
            made_at=made_at,
            code_version=code_version,
            period=period,
            totals=Totals(**_ask(connection, "totals")[0], revision=int(revision)),
            received=tuple(DayCount(**row) for row in _ask(connection, "received", most=OUTLETS_APART, **within)),
            published=tuple((row["day"], row["articles"]) for row in _ask(connection, "published")),
            refusals=tuple(
                _refusals(row) for row in _ask(connection, "refusals", most=REASONS, samples=REFUSED_EACH, **within)
            ),
            failed_checks=tuple(
                FailedCheck(**_tuples(row)) for row in _ask(connection, "failed_checks", most=CHECKS, **within)
            ),
            alarms=tuple(Alarm(**row) for row in _ask(connection, "alarms")),
            health=tuple(health),
            health_comments={row["column_name"]: row["comment"] for row in _ask(connection, "health_columns")},
            health_left_out=max(0, _ask(connection, "health_outlets")[0]["outlets"] - len(health)),
            stories=tuple(_story(row) for row in _ask(connection, "stories", most=STORIES, **each)),
            edits=tuple(Edit(**_tuples(row)) for row in _ask(connection, "edits", most=EDITS)),
            copies=tuple(_copies(row) for row in _ask(connection, "copies", most=COPIES, **each)),
            samples=tuple(sample_of(row) for row in _ask(connection, "samples", salt=revision, **words, **within)),
            runs=tuple(Run(**row) for row in _ask(connection, "runs", most=RUNS)),
        )


def _period(connection: "DuckDBPyConnection", days: int, today: date) -> Period:
    """The days to today; to the last day of receipt when nothing was received in them."""
    back = timedelta(days=days - 1)
    (last,) = _ask(connection, "last_receipt", since=today - back)
    if last["day"] is None or last["is_recent"]:
        return Period(today - back, today, is_today=True)
    return Period(last["day"] - back, last["day"], is_today=False)


def _ask(connection: "DuckDBPyConnection", name: str, **parameters: Any) -> list[dict[str, Any]]:
    connection.execute(query(f"report_{name}"), parameters or None)
    columns = [column[0] for column in connection.description or []]
    return [dict(zip(columns, row, strict=True)) for row in connection.fetchall()]


def _tuples(row: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}


def _refusals(row: dict[str, Any]) -> Refusals:
    row["samples"] = tuple(RefusedDocument(**sample) for sample in row["samples"])
    return Refusals(**row)


def _story(row: dict[str, Any]) -> Story:
    row["coverage"] = tuple(Coverage(**outlet) for outlet in row["coverage"])
    return Story(**row)


def _copies(row: dict[str, Any]) -> Copies:
    row["sources"] = tuple((outlet["source"], outlet["articles"]) for outlet in row["sources"])
    return Copies(**row)


def sample_of(row: dict[str, Any]) -> Sample:
    """A row of columns that are called as its fields."""
    row["removed"] = tuple(Piece(**piece) for piece in row["removed"])
    return Sample(**_tuples(row))
