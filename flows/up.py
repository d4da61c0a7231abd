"""Prefect's server and UI, every deployment and automation, and a worker: one command that starts and ends them all.

The server and the worker are Prefect's own commands.  Each leads a process group: Ctrl-C on the terminal reaches this
process alone, which then ends them in order, the worker first, so that it can still tell the server.  Each ends by
itself when this process does (flows/guard.py), and flow runs end with their worker by the same means (prefect.yaml).
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import IO, Any

from flows import automations
from flows.guard import guarded
from flows.server import HEARTBEAT_SECONDS
from schemas.errors import CopydeskError, UsageError
from schemas.settings import Settings

HOST = "127.0.0.1"
POOL = "copydesk"
#: What the deployment `inbox` of prefect.yaml reads.
INBOX = Path("inbox")
#: The first start ever makes Prefect's database: 22 s where two other programs keep both cores busy.
_SERVER_SECONDS = 180
#: How long each may take to end when it is told to.  A worker without runs takes one second; one with runs would wait
#: for them, which may take hours.
_WORKER_END_SECONDS = 2
_SERVER_END_SECONDS = 5
#: How long what it has started may take after that: flow runs are killed by then (flows/guard.py).
_GROUP_END_SECONDS = 8


def up(settings: Settings, port: int, say: Callable[[str], None], workers: int | None = None) -> None:
    """Run until stopped: SIGINT, SIGTERM and SIGHUP raise SystemExit(0), once everything that was started has ended.

    The server is the one that PREFECT_API_URL names, or a new one on `port`.  `say` is told what a person should know.
    `workers`: worker processes of each flow run; every core unless said.
    Raises UsageError where this cannot work, CopydeskError when the server or the worker ends by itself.
    """
    if not Path("prefect.yaml").is_file():
        raise UsageError(f"no prefect.yaml in {Path.cwd()}: run `copydesk init DIR`, and `copydesk up` in that folder")
    remote = os.environ.get("PREFECT_API_URL")
    if not remote:
        _require_free(port)
    warehouse = settings.warehouse.absolute()
    log_file = warehouse.with_name("up.log")
    try:
        INBOX.mkdir(exist_ok=True)
        warehouse.parent.mkdir(parents=True, exist_ok=True)
        log = log_file.open("ab")
    except OSError as error:
        raise UsageError(f"cannot write {error.filename}: {error.strerror}; choose another --warehouse") from error
    os.environ.update(_environment(remote or f"http://{HOST}:{port}/api", remote is None, warehouse, workers))
    started = time.monotonic()
    with log, _stopped_by_signals(), contextlib.ExitStack() as running:
        server = None
        if not remote:
            say(f"starting Prefect's server on port {port} (the first time takes half a minute)")
            start = guarded("prefect", "server", "start", "--host", HOST, "--port", str(port))
            server = running.enter_context(_running("server", start, log, _SERVER_END_SECONDS))
        _connect(server, remote, log_file)
        start = guarded("prefect", "worker", "start", "--pool", POOL, "--name", f"{POOL}-{socket.gethostname()}")
        worker = running.enter_context(_running("worker", start, log, _WORKER_END_SECONDS))
        start = guarded("flows", "search", "--follow", "--warehouse", str(warehouse))
        # Not waited for: where it ends, whoever searches brings the index up to date.
        running.enter_context(_running("search index", start, log, _WORKER_END_SECONDS))
        _deploy(log, log_file)
        _automate()
        say(f"ready in {time.monotonic() - started:.0f} s")
        for name, value in _where_to_look(remote, port, settings.warehouse, log_file):
            say(f"  {name:<10} {value}")
        _wait([child for child in (server, worker) if child], log_file)


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise UsageError(
                f"port {port} of {HOST} cannot be used ({error.strerror}): if `copydesk up` runs already, look at "
                f"http://{HOST}:{port}; else name another with --port"
            ) from error


def _environment(api: str, own: bool, warehouse: Path, workers: int | None) -> dict[str, str]:
    """What the server, the worker and the flow runs are told."""
    told = {
        "PREFECT_API_URL": api,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_CLI_COLORS": "false",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_SECONDS),
        "COPYDESK_WAREHOUSE": str(warehouse),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "PWD": str(Path.cwd()),  # prefect.yaml asks for it
    }
    if own:
        told["PREFECT_SERVER_UI_API_URL"] = api
        # In files, so that a server that starts anew knows whose turn it is; in memory a turn would be lost for good.
        told["PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE"] = "prefect.server.concurrency.lease_storage.filesystem"
        told["PREFECT_SERVER_EVENTS_CAUSAL_ORDERING"] = "flows.ordering"
    if workers:
        told["COPYDESK_WORKERS"] = str(workers)
    return told


@contextlib.contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """SystemExit(0) where the signal is noticed; further ones are passed over while the children are being ended."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in signals:
            signal.signal(number, signal.SIG_IGN)
        raise SystemExit(0)

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    wanted = [number for number in signals if signal.getsignal(number) != signal.SIG_IGN]  # `nohup` ignores SIGHUP
    before = {number: signal.signal(number, stop) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Child:
    """A process that leads a group; `name`: what it is, in a sentence."""

    def __init__(self, name: str, process: "subprocess.Popen[bytes]"):
        self.name = name
        self.process = process

    def end(self, seconds: float) -> None:
        """End the process, then wait for its group: flow runs end by themselves when they find their worker gone."""
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        until = time.monotonic() + _GROUP_END_SECONDS
        while self._group_lives():
            if time.monotonic() > until:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.process.pid, signal.SIGKILL)
                return
            time.sleep(0.1)

    def _group_lives(self) -> bool:
        with contextlib.suppress(ChildProcessError):  # as process 1 of a container: flow runs were left to it
            os.waitpid(-self.process.pid, os.WNOHANG)
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return False
        return True


@contextlib.contextmanager
def _running(name: str, command: list[str], log: IO[bytes], end_seconds: float) -> Iterator[_Child]:
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
    )
    child = _Child(name, process)
    try:
        yield child
    finally:
        child.end(end_seconds)


def _connect(server: _Child | None, remote: str | None, log_file: Path) -> None:
    """Wait for the server to answer, and have the work pool there; imports Prefect while the server starts."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.exceptions import ObjectAlreadyExists

    with get_client(sync_client=True) as client:
        until = time.monotonic() + _SERVER_SECONDS
        while error := client.api_healthcheck():
            if server is None:
                raise CopydeskError(
                    f"no Prefect server answers at {remote} ({str(error) or type(error).__name__}): start it, "
                    "or unset PREFECT_API_URL to have one started here"
                )
            if server.process.poll() is not None:
                raise _ended(server, log_file)
            if time.monotonic() > until:
                raise CopydeskError(f"Prefect's server did not answer within {_SERVER_SECONDS} s: see {log_file}")
            time.sleep(0.1)
        with contextlib.suppress(ObjectAlreadyExists):
            client.create_work_pool(WorkPoolCreate(name=POOL, type="process"))
        if server:
            _clear_away(client)


def _clear_away(client: Any) -> None:
    """Settle what was left when the server of our own last ended.

    Flow runs that were under way are marked as crashed: their worker ended with it, and as long as they count as
    running, no other run of their deployment has its turn.  Runs that the schedule has missed since are forgotten: the
    next one does their work, and a row of them would hold it up.
    """
    from prefect.client.schemas.filters import FlowRunFilter, WorkPoolFilter
    from prefect.states import Crashed

    ours = WorkPoolFilter.model_validate({"name": {"any_": [POOL]}})
    under_way = FlowRunFilter.model_validate({"state": {"type": {"any_": ["PENDING", "RUNNING", "CANCELLING"]}}})
    for run in client.read_flow_runs(flow_run_filter=under_way, work_pool_filter=ours):
        client.set_flow_run_state(run.id, Crashed(message="`copydesk up` ended while this run was at work."))
    overdue = FlowRunFilter.model_validate(
        {"state": {"type": {"any_": ["SCHEDULED"]}}, "next_scheduled_start_time": {"before_": datetime.now(UTC)}}
    )
    for run in client.read_flow_runs(flow_run_filter=overdue, work_pool_filter=ours):
        if run.auto_scheduled:
            client.delete_flow_run(run.id)


def _deploy(log: IO[bytes], log_file: Path) -> None:
    """Every deployment of prefect.yaml, as it is written there now."""
    command = guarded("prefect", "--no-prompt", "deploy", "--all")
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )
    log.write(done.stdout)
    log.flush()
    if done.returncode:
        last = done.stdout.decode("utf-8", "replace").strip().rsplit("\n", 1)[-1][:300]
        raise CopydeskError(f"the deployments of prefect.yaml could not be made ({last}): see {log_file}")


def _automate() -> None:
    """What Prefect does when a run is killed or an outlet is silent; a folder without the file has none of its own."""
    from prefect.client.orchestration import get_client

    if automations.FILE.is_file():
        with get_client(sync_client=True) as client:
            automations.set_up(client)


def _where_to_look(remote: str | None, port: int, warehouse: Path, log_file: Path) -> Iterator[tuple[str, Any]]:
    yield "UI", f"the server of {remote}" if remote else f"http://{HOST}:{port}"
    yield "inbox", f"{INBOX.absolute()}: what is put here is taken in every 15 minutes"
    yield "warehouse", warehouse
    yield "log", log_file
    if not remote:
        yield "tip", f"PREFECT_API_URL=http://{HOST}:{port}/api copydesk ingest ... is seen in the UI while it runs"
    yield "stop", "Ctrl-C"


def _wait(children: list[_Child], log_file: Path) -> None:
    """Until one of them ends, which none should."""
    while True:
        for child in children:
            if child.process.poll() is not None:
                raise _ended(child, log_file)
        time.sleep(0.5)


def _ended(child: _Child, log_file: Path) -> CopydeskError:
    code = child.process.returncode
    how = f"was killed by signal {-code}" if code < 0 else f"ended with status {code}"
    return CopydeskError(f"Prefect's {child.name} {how}, so everything was stopped: see {log_file}")
