"""Flow runs whose process was killed: how a later run sees it, and says so to Prefect.

Beside a server that stays (`copydesk up`) an automation does it sooner, by the heartbeats that fail (automations.yaml).
"""

import logging
import os
import socket
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from flows.watch import api
from tasks.batch import TRACKED, flow_run_id, log

_MACHINE, _PID, _STARTED, _ATTEMPT = (
    f"copydesk.{name}" for name in ("machine", "pid", "process_started", "attempt")
)  # fmt: skip


def claim_flow_run() -> None:
    """Write onto the flow run which process it is, so that a later run can see that it died.

    Labels are kept with the flow run by the server, come back with it, and are not shown among its tags.
    """
    if not TRACKED or (run := flow_run_id()) is None:
        return
    from prefect.runtime import flow_run

    machine, started = _machine(), _process_started(os.getpid())
    if machine and started is not None:
        labels = {_MACHINE: machine, _PID: os.getpid(), _STARTED: started, _ATTEMPT: flow_run.run_count}
        with api("say which process it is") as client:
            client.update_flow_run_labels(UUID(run), labels)


def mark_crashed(flow_run_ids: Iterable[str] = ()) -> int:
    """Mark flow runs whose process is gone as Crashed; how many were.

    `flow_run_ids`: those that the warehouse says died (their place as the writer is free).  Beside them every running
    one that says it is a process of this machine and user that no longer lives.  Left alone: this one, what has ended,
    a living process, a newer attempt than the one that died, and what other machines and users say is theirs.
    """
    if not TRACKED or (own := flow_run_id()) is None:
        return 0
    from prefect.client.schemas.filters import FlowRunFilter

    dead = []
    for text in flow_run_ids:
        with suppress(ValueError):
            dead.append(UUID(text))
    with api("look for runs that died") as client:
        running = FlowRunFilter.model_validate({"state": {"type": {"any_": ["RUNNING"]}}})
        found = {run.id: run for run in _pages(client, running)}
        crashed = [run for run in found.values() if str(run.id) != own and _has_died(run, run.id in dead)]
        return sum(_crash(client, run) for run in crashed)
    return 0


def _pages(client: Any, wanted: Any) -> Iterator[Any]:
    """All flow runs that a filter finds; the server gives 200 at a time."""
    offset = 0
    while page := client.read_flow_runs(flow_run_filter=wanted, limit=200, offset=offset):
        yield from page
        offset += len(page)
        if len(page) < 200:
            return


def _has_died(run: Any, in_warehouse: bool) -> bool:
    """Whether a running flow run has no process any more; `in_warehouse`: the warehouse says so."""
    labels = run.labels or {}
    if _MACHINE not in labels:
        return in_warehouse
    if labels.get(_ATTEMPT) != run.run_count:  # begun again, and its new process has not written its labels yet
        return False
    if labels[_MACHINE] != _machine():
        return in_warehouse
    return _process_started(int(labels[_PID])) != labels[_STARTED]


def _crash(client: Any, run: Any) -> bool:
    from prefect.states import Crashed

    labels = run.labels or {}
    who = f"process {labels[_PID]} of {str(labels[_MACHINE]).split()[0]}" if _MACHINE in labels else "its process"
    result = client.set_flow_run_state(run.id, Crashed(message=f"Killed: {who} was gone when the next run began."))
    done = result.state is not None and result.state.is_crashed()
    if done:
        log(f"marked as crashed: {run.name} ({run.id}), {who} is gone", logging.WARNING)
    return done


def _machine() -> str | None:
    """Host, boot, process namespace and user: where these are equal, a process number means the same process.

    Containers may share a host's name, so the name alone would not do.  After a restart of the machine it is another,
    and only the warehouse can tell what died.  None where there is no /proc.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{socket.gethostname()} {boot} {Path('/proc/self/ns/pid').readlink()} {os.getuid()}"
    except OSError:
        return None


def _process_started(pid: int) -> int | None:
    """When a living process began, in clock ticks since the machine did; None when there is none (or a zombie)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[19])
