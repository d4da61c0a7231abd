"""`copydesk up`: everything in one command, and nothing left of it, however it ends.  One server for all, started twice."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psutil
import pytest

from tests.conftest import ROOT
from warehouse.connection import open_reader

SECONDS = 240  # for whatever is waited for; a busy machine takes long to start a server
PAGE = """<html><head><title>Skarra ferry to run an hour later</title></head><body><article>
<h1>Skarra ferry to run an hour later</h1>
<p>The Skarra ferry will run an hour later from Monday, the harbour board said on Tuesday after a long meeting.</p>
<p>Its chair told a full room in the custom house that the tide tables left no other choice before the spring.</p>
<p>Fishermen had asked for the change since last summer, when two boats lost a day at the pier each week.</p>
</article></body></html>"""


class Place:
    """A folder to work in, with a Prefect home, a port and a warehouse of its own."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.home = folder / "prefect"
        self.warehouse = folder / "data" / "w.duckdb"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.api = f"http://127.0.0.1:{self.port}/api"
        for name in ("prefect.yaml", "automations.yaml"):
            shutil.copy(ROOT / name, folder)

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        told = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "COPYDESK_"))}
        told |= {"PYTHONPATH": str(ROOT), "PREFECT_HOME": str(self.home), "PREFECT_WORKER_QUERY_SECONDS": "1"}
        return subprocess.Popen(
            [sys.executable, "-m", "flows", *arguments, "--warehouse", str(self.warehouse), "--workers", "1"],
            cwd=self.folder, env=told | environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip

    def up(self, **environment: str) -> "tuple[subprocess.Popen[str], list[str]]":
        """`copydesk up` as soon as it says that it is ready, and what it said."""
        process = self.start("up", "--port", str(self.port), **environment)
        assert process.stderr is not None
        told = []
        for line in process.stderr:
            told.append(line)
            if line.startswith("  stop"):
                return process, told
        raise AssertionError("".join(told) + (self.folder / "data" / "up.log").read_text())

    def processes(self) -> dict[int, str]:
        """Everything that was started from here and lives, by its environment."""
        found = {}
        for process in psutil.process_iter():
            try:
                if process.environ().get("PREFECT_HOME") == str(self.home) and process.status() != "zombie":
                    found[process.pid] = " ".join(process.cmdline())
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        return found

    def process(self, words: str) -> int | None:
        return next((pid for pid, command in self.processes().items() if words in command), None)

    def ask(self, method: str, path: str, values: dict[str, Any] | None = None) -> Any:
        """What the server answers, in the end.  503 means "busy, try again": its transactions over SQLite begin as readers,
        and one that would write after another has is refused at once.  On a busy machine an answer can take longer than a
        minute.  Prefect's own clients try again after both, and so does this."""
        until = time.monotonic() + SECONDS
        while True:
            try:
                answer = httpx.request(method, f"{self.api}/{path}", json=values, timeout=60)
                if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE or time.monotonic() > until:
                    return answer.raise_for_status().json()
            except httpx.TimeoutException:
                if (method != "GET" and not path.endswith("/filter")) or time.monotonic() > until:
                    raise
            time.sleep(0.5)

    def post(self, path: str, **values: Any) -> Any:
        return self.ask("POST", path, values)

    def run_inbox(self) -> str:
        """Asks for a run of the deployment `inbox`, as the UI's button does."""
        (inbox,) = [d for d in self.post("deployments/filter") if d["name"] == "inbox"]
        return self.post(f"deployments/{inbox['id']}/create_flow_run", state={"type": "SCHEDULED"})["id"]

    def flow_run(self, flow_run: str) -> dict[str, Any]:
        return self.ask("GET", f"flow_runs/{flow_run}")

    def articles(self) -> list[tuple[Any, ...]]:
        with open_reader(self.warehouse) as connection:
            return connection.execute("SELECT title, origin FROM articles ORDER BY ALL").fetchall()


def wait_for(what: Callable[[], Any], seconds: float = SECONDS) -> Any:
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until, f"waited {seconds} s in vain"
        time.sleep(0.2)
    return found


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("up"))


@pytest.fixture
def place(shared: Place) -> Iterator[Place]:
    """The one place of these tests; what a failed one left running is not the next one's fault."""
    try:
        yield shared
    finally:
        for pid in shared.processes():
            os.kill(pid, signal.SIGKILL)


def test_up_from_the_first_start_to_the_last_process(place: Place):
    up, told = place.up()
    words = "".join(told)
    for expected in (f"http://127.0.0.1:{place.port}", str(place.folder / "inbox"), str(place.warehouse), "Ctrl-C"):
        assert expected in words

    # All of prefect.yaml is there, and the UI knows its server.
    made = {d["name"]: d for d in place.post("deployments/filter")}
    collecting = {"collect-quarter-hourly": "7/15 * * * *", "collect-hourly": "11 * * * *", "collect-daily": "40 4 * * *",
                  "collect-weekly": "20 5 * * 0"}  # fmt: skip
    assert {name: made[name]["parameters"]["schedule"] for name in collecting} == {
        name: name.removeprefix("collect-") for name in collecting
    }
    assert {n: [s["schedule"]["cron"] for s in d["schedules"]] for n, d in made.items()} == {
        "inbox": ["*/15 * * * *"], "nightly-check": ["30 2 * * *"], "reprocess": [], "replay": [],
        **{name: [cron] for name, cron in collecting.items()},
    }  # fmt: skip
    for name in ("inbox", "reprocess", "replay", *collecting):
        assert made[name]["global_concurrency_limit"]["limit"] == 1, name
        assert made[name]["concurrency_options"]["collision_strategy"] == "ENQUEUE", name
    assert made["reprocess"]["parameter_openapi_schema"]["properties"]["since"]["anyOf"][0]["format"] == "date"
    automated = {a["name"]: a for a in place.post("automations/filter")}
    assert {a["trigger"]["posture"] for name, a in automated.items() if "killed" in name} == {"Proactive"}
    watched = {event for a in automated.values() for event in a["trigger"]["expect"] if event.startswith("copydesk.")}
    assert {"copydesk.source.silent", "copydesk.quality.drop", "copydesk.run.unbalanced"} <= watched
    settings = httpx.get(f"http://127.0.0.1:{place.port}/ui-settings", timeout=60).json()
    assert settings["api_url"] == place.api
    assert place.ask("GET", "admin/settings")["server"]["events"]["causal_ordering"] == "flows.ordering"

    # A page that is dropped into the inbox is in a query after the next run.
    (place.folder / "inbox" / "ferry.html").write_text(PAGE)
    run = place.run_inbox()
    wait_for(lambda: place.flow_run(run)["state_type"] in ("COMPLETED", "FAILED", "CRASHED"))
    assert place.flow_run(run)["state_type"] == "COMPLETED", (place.folder / "data" / "up.log").read_text()
    assert place.articles() == [("Skarra ferry to run an hour later", "inbox/ferry.html")]

    # The port is taken now: one sentence.
    second = place.start("up", "--port", str(place.port))
    _, error = second.communicate(timeout=SECONDS)
    assert second.returncode == 2
    assert error.startswith(f"copydesk: port {place.port} of 127.0.0.1 cannot be used")
    assert error.count("\n") == 1

    # With the server of another, only its worker is ours; a worker that dies is told, and nothing else is hurt.
    guest, told = place.up(PREFECT_API_URL=place.api)
    assert place.api in "".join(told)
    (worker,) = [p for p in psutil.Process(guest.pid).children() if "worker" in p.cmdline()]
    worker.kill()
    _, error = guest.communicate(timeout=SECONDS)
    assert guest.returncode == 1
    assert error.startswith("copydesk: Prefect's worker was killed by signal 9")
    assert up.poll() is None

    # Killed with -9 in the middle of a run: server, worker, flow run and its pool end by themselves.
    run = place.run_inbox()
    wait_for(lambda: place.flow_run(run)["state_type"] == "RUNNING")
    assert place.process("prefect.engine")
    assert place.process("prefect server start")
    up.kill()
    up.wait()
    wait_for(lambda: not place.processes(), 30)

    # Started again, the run that died is told apart, gives its turn to the next one, and SIGTERM ends all.
    up, _ = place.up(COPYDESK_WEBHOOK="http://127.0.0.1:9/told")
    again = {a["name"]: a for a in place.post("automations/filter")}
    assert set(again) == set(automated), "each automation is there once"
    assert [a["actions"][0]["type"] for a in again.values() if "killed" not in a["name"]] == ["call-webhook"] * 4
    assert place.flow_run(run)["state_type"] == "CRASHED"
    run = place.run_inbox()
    wait_for(lambda: place.flow_run(run)["state_type"] == "RUNNING")
    up.terminate()
    assert up.wait(60) == 0
    assert place.processes() == {}


def test_an_ingest_that_is_killed_leaves_no_server(place: Place):
    (place.folder / "more").mkdir()
    (place.folder / "more" / "page.html").write_text(PAGE)
    ingest = place.start("ingest", "more")
    wait_for(lambda: place.process("uvicorn") or ingest.poll() is not None)
    assert ingest.poll() is None
    ingest.kill()
    ingest.wait()
    wait_for(lambda: not place.processes(), 30)


def test_up_says_what_is_wrong_in_a_sentence(tmp_path: Path):
    place = Place(tmp_path)
    nowhere = place.start("up", PREFECT_API_URL="http://127.0.0.1:9/api")
    _, error = nowhere.communicate(timeout=SECONDS)
    assert nowhere.returncode == 1
    assert error.startswith("copydesk: no Prefect server answers at http://127.0.0.1:9/api")
    (tmp_path / "prefect.yaml").unlink()
    elsewhere = place.start("up", "--port", str(place.port))
    _, error = elsewhere.communicate(timeout=SECONDS)
    assert elsewhere.returncode == 2
    assert error.startswith(f"copydesk: no prefect.yaml in {tmp_path}")


def test_what_becomes_of_a_scheduled_run_is_taken_up_at_once_and_in_order():
    """Runs that a schedule makes begin with an event that follows one which Prefect never sends."""
    from prefect.server.events.ordering import EventArrivedEarly
    from prefect.server.events.schemas.events import ReceivedEvent

    from flows.ordering import CausalOrdering

    ids = [uuid4() for _ in range(4)]
    pending, running, failed = (
        ReceivedEvent.model_validate(
            {"id": own, "follows": before, "event": f"prefect.flow-run.{state}", "occurred": datetime.now(UTC),
             "resource": {"prefect.resource.id": "prefect.flow-run.1"}}
        )
        for state, before, own in zip(("Pending", "Running", "Failed"), ids, ids[1:], strict=False)
    )  # fmt: skip
    ordering, told = CausalOrdering("of this test"), []

    async def take_up(event: ReceivedEvent, depth: int = 0) -> None:
        async with ordering.preceding_event_confirmed(take_up, event, depth):
            told.append(event)

    async def arrive(*events: ReceivedEvent) -> None:
        for event in events:
            with suppress(EventArrivedEarly):
                await take_up(event)

    asyncio.run(arrive(failed, pending, running))
    assert told == [pending, running, failed]
