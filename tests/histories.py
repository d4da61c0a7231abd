"""Made-up histories of outlets with planted faults, as documents, articles, runs and collections of a warehouse.

40 outlets over 70 days in which they become known and 90 in which they are watched each morning: busy ones, daily ones,
those of weekdays only, once or twice a week, at random.  What must not be told: weekends, a holiday on which half of them
rest, three days on which copydesk did not run, backfills of old copy (part of it refused or without a date).
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from warehouse.connection import Writer
from warehouse.health import Told, alarms_at, which_are_new

FIRST_DAY = date(2026, 3, 2)  # a Monday
WARM_UP, WATCHED = 70, 90
#: A Thursday on which half of the outlets rest; days on which nothing ran; that of the backfills.
HOLIDAY, DOWN, BACKFILL = WARM_UP + 31, range(WARM_UP + 45, WARM_UP + 48), WARM_UP + 60
#: At so many hours past midnight (UTC) one looks; days after which a fault other than silence must be told.
MORNING = 7
IN_TIME = 8
SHARES = ("refused", "no_title", "no_date", "no_author", "missed_rule")
FILL = Path(__file__).with_name("fill_history.sql")


@dataclass(frozen=True)
class Outlet:
    """`week`: documents expected on each weekday; `shares`: of those that lack something, as in SHARES."""

    name: str
    week: tuple[float, ...]
    shares: tuple[float, ...] = (0.05, 0.0, 0.1, 0.1, 0.01)
    words: float = 400
    is_punctual: bool = False  # what is printed on Thursdays comes every Thursday


@dataclass(frozen=True)
class Fault:
    """From `day` on; `kind` is that of the alarm that must come."""

    kind: str
    day: int


def outlets(chance: np.random.Generator) -> list[Outlet]:
    weeks = [
        *[(80.0,) * 5 + (30.0, 30.0)] * 4, *[(25.0,) * 5 + (12.0, 12.0)] * 8, *[(6.0,) * 7] * 8, *[(4.0,) * 5 + (0.0, 0.0)] * 8,
        *[(0, 0, 0, 5.0, 0, 0, 0)] * 4, *[(0, 3.0, 0, 0, 3.0, 0, 0)] * 3, *[(1.0, 0, 0, 1.0, 0, 0, 0)] * 2, *[(0.6,) * 7] * 3,
    ]  # fmt: skip
    drawn = []
    for number, week in enumerate(weeks):
        shares = [chance.uniform(*limits) for limits in ((0.02, 0.08), (0, 0.02), (0.03, 0.2), (0.05, 0.4), (0, 0.02))]
        drawn.append(Outlet(f"Outlet {number}", week, tuple(shares), chance.uniform(200, 700), 28 <= number < 37))
    return drawn


#: By outlet.
KINDS = {
    0: "silent", 5: "silent", 13: "silent", 21: "silent", 29: "silent", 32: "silent", 35: "silent",
    1: "volume_low", 6: "volume_low", 14: "volume_low", 7: "volume_high", 22: "volume_high", 2: "missing_date",
    15: "missing_date", 8: "missing_title", 23: "missing_title", 9: "missing_author", 3: "short", 16: "short", 30: "short",
    10: "refused", 17: "refused", 33: "missing_date", 11: "rule_missed", 24: "rule_missed", 18: "collect_errors", 25: "collect_failing",
}  # fmt: skip


def plant(chance: np.random.Generator) -> dict[int, Fault]:
    """None begins while nothing runs, or on the day on which what had piled up comes."""
    days = [day for day in range(WARM_UP + 5, WARM_UP + 70) if day not in (*DOWN, DOWN.stop)]
    return {outlet: Fault(kind, int(chance.choice(days))) for outlet, kind in KINDS.items()}


@dataclass
class History:
    """Rows of the tables, a list for each column."""

    documents: dict[str, list] = field(default_factory=lambda: defaultdict(list))
    collections: dict[str, list] = field(default_factory=lambda: defaultdict(list))
    runs: list[datetime] = field(default_factory=list)

    def add(
        self,
        outlet: Outlet,
        at: list[datetime],
        shares: tuple[float, ...],
        words: float,
        chance: np.random.Generator,
        age_days: int = 0,
    ):
        count = len(at)
        rows = self.documents
        rows["source"] += [outlet.name] * count
        rows["received_at"] += at
        rows["age_days"] += [age_days] * count
        rows["word_count"] += (words * chance.lognormal(0, 0.5, count) + 30).astype(int).tolist()
        for name, share in zip(SHARES, shares, strict=True):
            rows[name] += (chance.random(count) < share).tolist()

    def write(self, writer: Writer) -> None:
        connection, time = writer.connection, pa.timestamp("us", "UTC")
        flags = dict.fromkeys(SHARES, pa.bool_())
        documents = {
            "source": pa.string(),
            "received_at": time,
            "age_days": pa.int32(),
            "word_count": pa.int32(),
            **flags,
        }
        tries = {"source": pa.string(), "collected_at": time, "fetched": pa.int32(), "failed": pa.int32()}
        for name, rows, types in (
            ("history", self.documents, documents), ("tries", self.collections, tries), ("looks", {"started_at": self.runs}, {"started_at": time})
        ):  # fmt: skip
            connection.register(
                name, pa.table({column: pa.array(rows.get(column, []), kind) for column, kind in types.items()})
            )
        connection.execute(FILL.read_text())


def live(
    history: History, outlet: Outlet, fault: Fault | None, chance: np.random.Generator, rests: bool = False
) -> None:
    """The days of an outlet, from the first to the last; `rests`: on the holiday."""
    late: list[datetime] = []
    for day in range(WARM_UP + WATCHED):
        kind = fault.kind if fault and day >= fault.day else ""
        # What is written depends on the day, beyond chance.
        mean = outlet.week[day % 7] * chance.lognormal(-0.02, 0.2)
        mean *= {"silent": 0, "volume_low": 0.15, "volume_high": 5}.get(kind, 1) * (not (rests and day == HOLIDAY))
        count = int(chance.poisson(mean))
        if outlet.is_punctual and not kind and outlet.week[day % 7]:
            count = max(count, 1)
        at = [moment(day, hours) for hours in sorted(chance.uniform(5, 23, count))]
        if day in DOWN:
            late += [moment(DOWN.stop, 6)] * count
            continue
        at, late = late + at, []
        risen = {
            "refused": 0.5,
            "missing_title": 0.6,
            "missing_date": 0.8,
            "missing_author": 0.95,
            "rule_missed": 0.6,
        }.get(kind)
        name = {"refused": 0, "missing_title": 1, "missing_date": 2, "missing_author": 3, "rule_missed": 4}.get(kind)
        # A share differs from day to day more than chance alone would have it: by section, by who has duty.
        shares = [share * chance.lognormal(-0.05, 0.3) for share in outlet.shares]
        if name is not None and risen is not None:
            shares[name] = risen
        history.add(outlet, at, tuple(shares), outlet.words * (0.45 if kind == "short" else 1), chance)


def collect(
    history: History, outlet: Outlet, fault: Fault | None, chance: np.random.Generator, every_hours: int
) -> None:
    """How asking an outlet went; a request in fifty fails, and once in a while a whole evening does."""
    for hour in range(0, 24 * (WARM_UP + WATCHED), every_hours):
        day, rows = hour // 24, history.collections
        if day in DOWN:
            continue
        kind = fault.kind if fault and day >= fault.day else ""
        asked = 1 + int(chance.poisson(25 * every_hours / 24))
        chances = {"collect_errors": 0.4, "collect_failing": 1.0}.get(
            kind, 1.0 if day % 50 == 7 and hour % 24 >= 18 else 0.02
        )
        failed = int(chance.binomial(asked, chances))
        rows["source"].append(outlet.name)
        rows["collected_at"].append(moment(0, hour + 0.3))
        rows["fetched"].append(asked - failed)
        rows["failed"].append(failed)


def moment(day: int, hours: float = 0) -> datetime:
    return datetime.combine(FIRST_DAY + timedelta(days=day), datetime.min.time(), UTC) + timedelta(hours=hours)


def draw(seed: int) -> tuple[list[Outlet], dict[int, Fault], History]:
    chance = np.random.default_rng(seed)
    papers, faults, history = outlets(chance), plant(chance), History()
    for number, outlet in enumerate(papers):
        live(history, outlet, faults.get(number), chance, rests=bool(number % 2))
        if number in (4, 12, 19, 26, 27, 34, 38):
            shares = (0.3, 0.1, 0.3, 0.6, 0.0)  # pages of years ago are not like those of today
            at = [moment(BACKFILL, 9 + n / 3600) for n in range(400)]
            history.add(outlet, at, shares, 90, chance, age_days=800)
        if number in (18, 19, 20, 25, 26, 27):
            collect(history, outlet, faults.get(number), chance, every_hours=24 if number in (20, 25) else 1)
    history.runs = [moment(0, hour) for hour in range(24 * (WARM_UP + WATCHED)) if hour // 24 not in DOWN]
    return papers, faults, history


def due(outlet: Outlet, fault: Fault) -> int:
    """The day on which a fault must be told at the latest.

    Silence: the morning after the second day on which the outlet should have been heard of.  Else IN_TIME days, of an
    outlet that publishes under ten documents a week 28, which is as far as what came lately goes back.
    """
    if fault.kind == "silent":
        missed = [day for day in range(fault.day, fault.day + 30) if outlet.week[day % 7] and day not in DOWN][1]
        return next(day for day in range(missed + 1, missed + 9) if day not in DOWN)
    return fault.day + (IN_TIME if sum(outlet.week) >= 10 else 28)


def replay(writer: Writer, papers: list[Outlet], faults: dict[int, Fault]) -> tuple[list[str], dict[str, list[str]]]:
    """Each morning's new alarms held against what was planted: faults not told in time, and false alarms by outlet."""
    by_name = {outlet.name: number for number, outlet in enumerate(papers)}
    told: Told = {}
    first: dict[tuple[str, str], int] = {}
    false: dict[str, list[str]] = defaultdict(list)
    for day in range(WARM_UP, WARM_UP + WATCHED):
        if day in DOWN:
            continue
        alarms = alarms_at(writer.connection, moment(day, MORNING))
        new, told = which_are_new(alarms, told, moment(day).date())
        for alarm in alarms:
            fault = faults.get(by_name[alarm.source])
            if fault and day >= fault.day:
                first.setdefault((alarm.source, alarm.kind), day)
            elif alarm in new:
                false[alarm.source].append(f"day {day}: {alarm.source} {alarm.kind}: {alarm.told}")
    late = []
    for number, fault in faults.items():
        outlet = papers[number]
        found = first.get((outlet.name, fault.kind))
        if found is None or found > due(outlet, fault):
            late.append(f"{fault.kind} of {outlet.name}, {outlet.week}, day {fault.day}: told on day {found}")
    return late, dict(false)


def one_outlet(writer: Writer, fault: Fault | None = None, end: datetime | None = None, runs: bool = True) -> None:
    """A daily outlet and nothing else; `end`: when the last of the days is, that of the others' histories unless said."""
    later = end - moment(WARM_UP + WATCHED) if end else timedelta()
    history = History()
    live(history, Outlet("Daily", (8.0,) * 7), fault, np.random.default_rng(1))
    history.documents["received_at"] = [at + later for at in history.documents["received_at"]]
    if runs:
        history.runs = [moment(0, hour) + later for hour in range(24 * (WARM_UP + WATCHED)) if hour // 24 not in DOWN]
    history.write(writer)
    writer.connection.execute("DELETE FROM relate_queue")
