"""What is wrong with outlets: the view `health_alarms`, and which of its rows nobody was told of yet."""

import json
from datetime import datetime

from schemas.run import Alarm
from warehouse._sql import query
from warehouse.connection import Writer
from warehouse.migrate import read_state, write_state

_TOLD = "alarms_told"


def new_alarms(writer: Writer, at: datetime) -> list[Alarm]:
    """The alarms as of `at` that were not among those of the last time; one that ended and comes again is new."""
    rows = writer.connection.execute(query("find_alarms"), {"at": at}).fetchall()
    alarms = [Alarm(*row) for row in rows]
    before = {tuple(key) for key in json.loads(read_state(writer.connection, _TOLD) or "[]")}
    now = sorted((alarm.source, alarm.kind) for alarm in alarms)
    if before != set(now):
        with writer.transaction() as connection:
            write_state(connection, _TOLD, json.dumps(now))
    return [alarm for alarm in alarms if (alarm.source, alarm.kind) not in before]
