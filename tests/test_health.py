"""Health: 90 days of 40 outlets with planted faults, asked each morning what is wrong (`health_alarms_at`)."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from schemas.run import Alarm
from tests.conftest import copydesk
from tests.histories import Fault, History, draw, moment, one_outlet, replay
from warehouse.connection import Writer, open_writer
from warehouse.health import alarms_at, tell_new_alarms, which_are_new


def test_every_planted_fault_is_told_in_time_and_hardly_anything_else(tmp_path: Path):
    """tests/bench/bench_health.py does the same with other seeds."""
    papers, faults, history = draw(seed=1)
    with open_writer(tmp_path / "news.duckdb") as writer:
        history.write(writer)
        late, false = replay(writer, papers, faults)
    assert late == []
    assert {outlet: alarms for outlet, alarms in false.items() if len(alarms) > 1} == {}


def kinds(writer: Writer, at: datetime) -> list[str]:
    return [alarm.kind for alarm in alarms_at(writer.connection, at)]


def test_a_silent_outlet_is_told_of_until_it_has_ended(tmp_path: Path):
    """Its rhythm is that of the 91 days before its last copy, however long that is ago."""
    with open_writer(tmp_path / "news.duckdb") as writer:
        one_outlet(writer, Fault("silent", 100), runs=False)
        assert [kinds(writer, moment(day, 7)) for day in (100, 103, 150, 185, 220)] == [[], *[["silent"]] * 3, []]


def test_days_on_which_nothing_ran_are_no_silence(tmp_path: Path):
    with open_writer(tmp_path / "news.duckdb") as writer:
        one_outlet(writer)
        assert kinds(writer, moment(118, 1)) == []
        writer.connection.execute(
            "INSERT INTO runs SELECT r.* REPLACE (r.started_at + to_days(n::INTEGER) AS started_at) "
            "FROM runs AS r, range(1, 4) AS days(n) WHERE started_at::DATE = $day", {"day": moment(114).date()}
        )  # fmt: skip
        assert kinds(writer, moment(118, 1)) == ["silent"], "now it did run on them"


def test_a_rise_is_seen_through_days_on_which_nothing_ran_and_what_had_piled_up_is_none(tmp_path: Path):
    for fault, told in ((Fault("volume_high", 112), True), (None, False)):
        with open_writer(tmp_path / f"{told}.duckdb") as writer:
            one_outlet(writer, fault)
            assert any("volume_high" in kinds(writer, moment(day, 7)) for day in range(118, 127)) is told


def alarms(*names: str) -> Iterable[Alarm]:
    return [Alarm(source, kind, "warning", date(2026, 5, 1), "") for source, kind in (name.split() for name in names)]


def test_an_alarm_that_comes_and_goes_is_told_once():
    day, told, new = date(2026, 5, 1), {}, []
    for number, now in enumerate([["A silent"], [], ["A silent", "A short"], *[[]] * 8, ["A silent"]]):
        found, told = which_are_new(alarms(*now), told, day + timedelta(days=number))
        new.append([f"{alarm.source} {alarm.kind}" for alarm in found])
    assert new == [["A silent"], [], ["A short"], *[[]] * 8, ["A silent"]]


def test_what_nobody_heard_is_told_again_to_who_does_and_none_is_lost(tmp_path: Path):
    heard: list[str] = []

    def hear(alarm: Alarm) -> None:
        heard.append(f"{alarm.source} {alarm.kind}")

    def fail(alarm: Alarm) -> None:
        raise RuntimeError("killed while it was told")

    with open_writer(tmp_path / "news.duckdb") as writer:
        one_outlet(writer, Fault("silent", 60), runs=False)
        tell_new_alarms(writer, moment(60), hear)
        assert heard == []
        with pytest.raises(RuntimeError):
            tell_new_alarms(writer, moment(64), fail)
        tell_new_alarms(writer, moment(64), hear)
        tell_new_alarms(writer, moment(64), hear, heard=True)
        for is_heard in (True, False):
            tell_new_alarms(writer, moment(65), hear, alarms("Daily dates"), heard=is_heard)
    assert heard == ["Daily silent", "Daily silent", "Daily dates"]


def test_a_source_that_never_answers_is_told_of_by_its_own_schedule(tmp_path: Path):
    history = History()
    for name, hours, failed in (
        ("Hourly", range(30), 1),
        ("Daily", range(0, 49, 24), 1),
        ("Weekly", range(0, 400, 168), 1),
        ("Well", range(30), 0),
    ):
        for hour in hours:
            rows = history.collections
            for column, value in (
                ("source", name),
                ("collected_at", moment(0, hour)),
                ("fetched", 1 - failed),
                ("failed", failed),
            ):
                rows[column].append(value)
    with open_writer(tmp_path / "news.duckdb") as writer:
        history.write(writer)
        told = {hour: [a.source for a in alarms_at(writer.connection, moment(0, hour))] for hour in (15, 25, 170, 400)}
    assert told == {15: [], 25: ["Daily", "Hourly"], 170: ["Daily", "Hourly", "Weekly"], 400: ["Weekly"]}


def run_json(*arguments: str):
    done = copydesk(*arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_run_warns_of_an_outlet_and_everyone_says_the_same(tmp_path: Path):
    """An inbox that stays empty for days still says that its outlet is silent."""
    path = tmp_path / "news.duckdb"
    with open_writer(path) as writer:
        one_outlet(writer, Fault("silent", 60), datetime.now(UTC) + timedelta(days=94), runs=False)
        writer.revision += 1
    (tmp_path / "inbox").mkdir()
    summary = run_json("ingest", str(tmp_path / "inbox"), "--warehouse", str(path), "--no-track", "--json")
    assert [warning for warning in summary["warnings"] if warning.startswith("Daily: silent: nothing for ")]
    again = run_json("ingest", str(tmp_path / "inbox"), "--warehouse", str(path), "--no-track", "--json")
    assert again["warnings"] == []
    status = run_json("status", "--warehouse", str(path), "--json")
    assert [(row["source"], row["kind"]) for row in status["alarms"]] == [("Daily", "silent")]
    health = run_json("query", "SELECT source, alarms FROM source_health", "--warehouse", str(path), "--format", "json")
    assert health == [{"source": "Daily", "alarms": ["silent"]}]
    assert copydesk("report", "--warehouse", str(path), "--out", str(tmp_path / "report.html")).returncode == 0
    page = (tmp_path / "report.html").read_text()
    assert status["alarms"][0]["told"] in page
