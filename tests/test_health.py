"""Health: 90 days of 40 outlets with planted faults, asked each morning what is wrong (`health_alarms_at`)."""

import json
import os
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tests.conftest import copydesk
from warehouse.connection import open_writer
from warehouse.health import new_alarms

FIRST_DAY = date(2026, 3, 2)  # a Monday
WARM_UP, WATCHED = 70, 90
#: Days after which a fault other than silence must be told.
IN_TIME = 8


@dataclass(frozen=True)
class Outlet:
    """`week`: documents expected on each weekday; the shares are those that lack something."""

    name: str
    week: tuple[float, ...]
    refused: float
    no_title: float
    no_date: float
    no_author: float
    words: float


@dataclass(frozen=True)
class Fault:
    kind: str
    day: int


def outlets(chance: np.random.Generator) -> list[Outlet]:
    daily = [(25.0,) * 5 + (12.0, 12.0)] * 10 + [(6.0,) * 7] * 10 + [(4.0,) * 5 + (0.0, 0.0)] * 8
    seldom = [(0, 0, 0, 5.0, 0, 0, 0)] * 6 + [(0, 3.0, 0, 0, 3.0, 0, 0)] * 3 + [(0.6,) * 7] * 3
    return [
        Outlet(
            f"Outlet {number}",
            week,
            chance.uniform(0.02, 0.08),
            chance.uniform(0, 0.02),
            chance.uniform(0.03, 0.2),
            chance.uniform(0.05, 0.4),
            chance.uniform(200, 700),
        )
        for number, week in enumerate([*daily, *seldom])
    ]


def plant(chance: np.random.Generator) -> dict[int, Fault]:
    """Faults by outlet: of those that publish most, of some, on weekdays, and once or twice a week."""
    kinds = {
        0: "silent", 11: "silent", 21: "silent", 29: "silent", 34: "silent",
        1: "volume_low", 12: "volume_low", 2: "volume_high", 3: "missing_date", 13: "missing_date", 4: "missing_title",
        5: "missing_author", 22: "missing_title", 6: "short", 14: "short", 7: "refused", 15: "refused", 8: "rule_missed",
    }  # fmt: skip
    return {outlet: Fault(kind, int(chance.integers(WARM_UP + 5, WARM_UP + 70))) for outlet, kind in kinds.items()}


def history(outlet: Outlet, fault: Fault | None, chance: np.random.Generator) -> dict[str, list]:
    """The documents of an outlet, a list for each column."""
    rows = defaultdict(list)
    for day in range(WARM_UP + WATCHED):
        kind = fault.kind if fault and day >= fault.day else ""
        mean = outlet.week[day % 7] * chance.lognormal(-0.02, 0.2)
        mean *= {"silent": 0, "volume_low": 0.15, "volume_high": 5}.get(kind, 1)
        count = int(chance.poisson(mean))
        # Once or twice a week means just that: what is printed on Thursdays comes every Thursday.
        if not kind and 0 < outlet.week[day % 7] <= 5 and sum(outlet.week) <= 6:
            count = max(count, int(sum(outlet.week) > 5 or outlet.week[day % 7] >= 3))
        shares = {
            "refused": 0.5 if kind == "refused" else outlet.refused,
            "no_title": 0.6 if kind == "missing_title" else outlet.no_title,
            "no_date": 0.8 if kind == "missing_date" else outlet.no_date,
            "no_author": 0.95 if kind == "missing_author" else outlet.no_author,
            "missed_rule": 0.6 if kind == "rule_missed" else 0.01,
        }
        for _ in range(count):
            rows["source"].append(outlet.name)
            rows["received_at"].append(moment(day) + timedelta(hours=chance.uniform(6, 22)))
            for name, share in shares.items():
                rows[name].append(bool(chance.random() < share))
            words = outlet.words * (0.45 if kind == "short" else 1)
            rows["word_count"].append(int(words * chance.lognormal(0, 0.5)) + 30)
            rows["age_days"].append(0)
    return rows


def backfill(outlet: Outlet, day: int) -> dict[str, list]:
    """500 articles of years ago, which all come in an hour."""
    columns = dict.fromkeys(("refused", "no_title", "no_date", "no_author", "missed_rule"), [False] * 500)
    at = [moment(day) + timedelta(hours=9, seconds=n) for n in range(500)]
    return {
        "source": [outlet.name] * 500,
        "received_at": at,
        "word_count": [90] * 500,
        "age_days": [800] * 500,
        **columns,
    }


def moment(day: int) -> datetime:
    return datetime.combine(FIRST_DAY + timedelta(days=day), datetime.min.time(), UTC)


FILL = Path(__file__).with_name("fill_history.sql")


def simulate(folder: Path, seed: int) -> tuple[list[str], int, int]:
    """What was not told in time, false alarms in all, and the most of one outlet."""
    chance = np.random.default_rng(seed)
    papers, faults = outlets(chance), plant(chance)
    rows = defaultdict(list)
    for number, outlet in enumerate(papers):
        for part in (
            history(outlet, faults.get(number), chance),
            backfill(outlet, WARM_UP + 30) if number == 16 else {},
        ):
            for name, values in part.items():
                rows[name] += values
    told = defaultdict(set)  # the mornings, by outlet and kind
    with open_writer(folder / "news.duckdb") as writer:
        writer.connection.register("history", pa.table(dict(rows)))
        writer.connection.execute(FILL.read_text())
        for day in range(WARM_UP, WARM_UP + WATCHED):
            asked = "SELECT source, kind FROM health_alarms_at($at)"
            for source, kind in writer.connection.execute(asked, {"at": moment(day)}).fetchall():
                told[source, kind].add(day)
    late = []
    for number, fault in faults.items():
        outlet = papers[number]
        due = fault.day + IN_TIME
        if fault.kind == "silent":  # the morning after the second day on which it should have been heard of
            due = [day for day in range(fault.day, fault.day + 30) if outlet.week[day % 7]][1] + 1
        if outlet.name and not any(fault.day <= day <= due for day in told[outlet.name, fault.kind]):
            late.append(
                f"{fault.kind} of {outlet.name}, {outlet.week}, day {fault.day}: {sorted(told[outlet.name, fault.kind])}"
            )
    false = defaultdict(int)
    for (source, kind), days in told.items():
        fault = faults.get(int(source.split()[1]))
        wrong = sorted(day for day in days if not fault or day < fault.day)
        false[source] += sum(day - 1 not in wrong for day in wrong)
        if wrong and os.environ.get("TELL"):
            print("false", source, kind, papers[int(source.split()[1])].week, wrong)
    return late, sum(false.values()), max(false.values(), default=0)


@pytest.mark.parametrize("seed", [int(seed) for seed in os.environ.get("HEALTH_SEEDS", "1").split(",")])
def test_every_planted_fault_is_told_in_time_and_hardly_anything_else(tmp_path, seed):
    late, false, most = simulate(tmp_path, seed)
    print(late, false, most)
    assert late == []
    assert most <= 1, "false alarms of an outlet in a quarter"


def test_an_alarm_is_told_once_and_again_when_it_comes_again(tmp_path):
    rows = history(Outlet("Daily", (8.0,) * 7, 0.05, 0.0, 0.1, 0.1, 400), Fault("silent", 60), np.random.default_rng(1))
    with open_writer(tmp_path / "news.duckdb") as writer:
        writer.connection.register("history", pa.table(dict(rows)))
        writer.connection.execute(FILL.read_text())
        assert new_alarms(writer, moment(60)) == []
        told = new_alarms(writer, moment(64))
        assert [(alarm.source, alarm.kind, alarm.severity) for alarm in told] == [("Daily", "silent", "critical")]
        assert told[0].told == "nothing for 4 days; 0 at most before"
        assert new_alarms(writer, moment(65)) == []
        assert new_alarms(writer, moment(50)) == []  # all is well
        assert len(new_alarms(writer, moment(65))) == 1


def run_json(*arguments: str):
    done = copydesk(*arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_run_warns_of_an_outlet_and_everyone_says_the_same(tmp_path, monkeypatch):
    """An inbox that stays empty for days still says that its outlet is silent."""
    path = tmp_path / "news.duckdb"
    rows = history(Outlet("Daily", (8.0,) * 7, 0.05, 0.0, 0.1, 0.1, 400), Fault("silent", 60), np.random.default_rng(1))
    ago = datetime.now(UTC) - moment(66)
    rows["received_at"] = [at + ago for at in rows["received_at"]]
    with open_writer(path) as writer:
        writer.connection.register("history", pa.table(dict(rows)))
        writer.connection.execute(FILL.read_text())
        writer.revision += 1
    (tmp_path / "inbox").mkdir()
    summary = run_json("ingest", str(tmp_path / "inbox"), "--warehouse", str(path), "--no-track", "--json")
    assert any(warning.startswith("Daily: silent: nothing for ") for warning in summary["warnings"])
    again = run_json("ingest", str(tmp_path / "inbox"), "--warehouse", str(path), "--no-track", "--json")
    assert again["warnings"] == []
    status = run_json("status", "--warehouse", str(path), "--json")
    assert [(row["source"], row["kind"]) for row in status["alarms"]] == [("Daily", "silent")]
    health = run_json("query", "SELECT source, alarms FROM source_health", "--warehouse", str(path), "--format", "json")
    assert health == [{"source": "Daily", "alarms": ["silent"]}]
