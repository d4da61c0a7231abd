"""What is wrong with outlets: the view `health_alarms`, and which of its rows nobody was told of yet."""

import json
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from schemas.errors import WarehouseError
from schemas.run import Alarm
from warehouse._reasons import reason
from warehouse._sql import query
from warehouse.migrate import read_state, write_state

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from warehouse.connection import Writer

#: An alarm that comes again within so many days is the same one: at the edge of a threshold it is not told every day.
SAME_DAYS = 7
#: By (source, kind) the last day on which it was the case.
Told = dict[tuple[str, str], date]


def alarms_at(connection: "DuckDBPyConnection", at: datetime) -> list[Alarm]:
    """The rows of `health_alarms` as of `at`."""
    import duckdb

    try:
        return [Alarm(*row) for row in connection.execute(query("find_alarms"), {"at": at}).fetchall()]
    except duckdb.Error as error:
        raise WarehouseError(f"the alarms cannot be worked out: {reason(error)}") from error


def which_are_new(alarms: Iterable[Alarm], told: Told, day: date) -> tuple[list[Alarm], Told]:
    """Those of which nobody was told, and what has been told of once they are."""
    kept = {key: last for key, last in told.items() if day - last <= timedelta(days=SAME_DAYS)}
    new: list[Alarm] = []
    now = dict(kept)
    for alarm in alarms:
        if (alarm.source, alarm.kind) not in now:
            new.append(alarm)
        now[alarm.source, alarm.kind] = day
    return new, now


def tell_new_alarms(
    writer: "Writer", at: datetime, tell: Callable[[Alarm], None], seen: Iterable[Alarm] = (), heard: bool = False
) -> None:
    """Call `tell` with each alarm as of `at`, and of `seen` (what a run saw itself), that was not told before.

    They are written down as told after that: one that was told and not written down is told again, none is lost.
    `heard`: whether `tell` reaches those who are to be called.  What was only said in the log of a run that nobody
    watches is told again by the first run that is watched.
    """
    names = ("alarms_heard", "alarms_told") if heard else ("alarms_told",)
    before = {name: _read(writer.connection, name) for name in names}
    alarms = [*alarms_at(writer.connection, at), *seen]
    day = at.date()
    for alarm in which_are_new(alarms, before[names[0]], day)[0]:
        tell(alarm)
    after = {name: which_are_new(alarms, told, day)[1] for name, told in before.items()}
    if after != before:
        with writer.transaction() as connection:
            for name, told in after.items():
                rows = [[*key, last.isoformat()] for key, last in sorted(told.items())]
                write_state(connection, name, json.dumps(rows))


def _read(connection: "DuckDBPyConnection", name: str) -> Told:
    # An earlier copydesk wrote pairs without a day; what it told is told once more.
    rows = [row for row in json.loads(read_state(connection, name) or "[]") if len(row) == 3]
    return {(source, kind): date.fromisoformat(last) for source, kind, last in rows}
