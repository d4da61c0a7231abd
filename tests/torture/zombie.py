"""What people are told beside a living server, with real kills: `python -m tests.torture.zombie` (six minutes).

Runs killed with -9, by hand and under the worker: when does the UI say so, does the next run load and balance?  A
backfill that is asked for while the inbox is read: do both complete?  A silent outlet: is the address called once?
"""

import json
import os
import signal
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import duckdb
import psutil

from tests.histories import Fault, one_outlet
from tests.test_up import PAGE, Place, wait_for
from warehouse.connection import open_writer

#: What is promised (docs/operations.md).
SECONDS = 180
ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


class Desk(HTTPServer):
    """What COPYDESK_WEBHOOK names; `calls`: what it was told."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        calls = self.calls

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.headers["Content-Type"] == "application/json"
                calls.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


def kill(pid: int) -> float:
    """-9 for a process and all that it has started; when."""
    for process in [*psutil.Process(pid).children(recursive=True), psutil.Process(pid)]:
        os.kill(process.pid, signal.SIGKILL)
    return time.monotonic()


def ended(place: Place, run: str) -> str:
    wait_for(lambda: place.flow_run(run)["state_type"] in ENDED, 2 * SECONDS)
    found = place.flow_run(run)
    print(f"  {found['name']}: {found['state_type']}", flush=True)
    return found["state_type"]


def deployed(place: Place, name: str, **parameters: Any) -> str:
    (found,) = [d for d in place.post("deployments/filter") if d["name"] == name]
    asked = {"state": {"type": "SCHEDULED"}, "parameters": {**found["parameters"], **parameters}}
    return place.post(f"deployments/{found['id']}/create_flow_run", **asked)["id"]


def unbalanced(place: Place) -> list[Any]:
    asked = "SELECT run_id FROM runs WHERE status = 'completed' AND inputs <> loaded + updated + unchanged + duplicate + quarantined"
    with duckdb.connect(str(place.warehouse), read_only=True) as reader:
        return reader.execute(asked).fetchall()


def pages(folder: Path, count: int, town: str) -> None:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        (folder / f"{town}-{number}.html").write_text(PAGE.replace("Skarra", f"{town} {number}"))


def main() -> int:
    """Exit status 0 where all of it was as promised."""
    wrong = []

    def hold(what: str, is_so: bool) -> None:
        print(f"{'' if is_so else 'WRONG: '}{what}", flush=True)
        wrong.extend([] if is_so else [what])

    with tempfile.TemporaryDirectory() as folder:
        place, desk = Place(Path(folder)), Desk()
        with open_writer(place.warehouse) as writer:
            one_outlet(writer, Fault("silent", 155), datetime.now(UTC), runs=False)
            writer.revision += 1
        up, _ = place.up(COPYDESK_WEBHOOK=f"http://127.0.0.1:{desk.server_port}/told")
        try:
            pages(place.folder / "many", 4000, "Brenholm")
            ingest = place.start("ingest", "many", PREFECT_API_URL=place.api)
            (run,) = wait_for(lambda: [r for r in place.post("flow_runs/filter") if r["state_type"] == "RUNNING"])
            time.sleep(5)
            killed = kill(ingest.pid)
            wait_for(lambda: place.flow_run(run["id"])["state_type"] == "CRASHED", 2 * SECONDS)
            seconds = time.monotonic() - killed
            message = place.flow_run(run["id"])["state"]["message"]
            hold(f"a run by hand was Crashed {seconds:.0f} s after it was killed: {message}", seconds <= SECONDS)
            pages(place.folder / "inbox", 1500, "Ostby")
            hold("the next run completes", ended(place, place.run_inbox()) == "COMPLETED")
            hold("and balances", unbalanced(place) == [])

            pages(place.folder / "inbox", 1500, "Wend")
            run = place.run_inbox()
            engine = wait_for(
                lambda: place.flow_run(run)["state_type"] == "RUNNING" and place.process("prefect.engine")
            )
            time.sleep(5)
            killed = kill(engine)
            wait_for(lambda: place.flow_run(run)["state_type"] == "CRASHED", 2 * SECONDS)
            seconds = time.monotonic() - killed
            hold(f"a run of the worker was Crashed {seconds:.0f} s after it was killed", seconds <= SECONDS)
            run = place.run_inbox()
            backfill = deployed(
                place, "reprocess", source="example.org", since="2026-01-01", until="2036-12-31", all=False
            )
            narrowed = deployed(place, "reprocess", since=datetime.now(UTC).date().isoformat())
            states = [ended(place, one) for one in (run, backfill, narrowed)]
            hold("the next run and two backfills beside it complete", states == ["COMPLETED"] * 3)
            hold("and balance", unbalanced(place) == [])

            told = [call for call in desk.calls if call["event"] == "copydesk.source.silent"]
            hold(f"the address was called once for the silent outlet: {[c['text'] for c in told]}", len(told) == 1)
            crashed = [call for call in desk.calls if call["event"] == "prefect.flow-run.Crashed"]
            hold(f"and for each run that was killed: {[c['text'] for c in crashed]}", len(crashed) == 2)
        finally:
            up.terminate()
            up.wait(60)
    print(f"{len(wrong)} of it wrong" if wrong else "all as promised")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
