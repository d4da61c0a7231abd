"""An ingest that is killed at a moment of its own choosing: `python -m tests.torture.child PLAN ARGUMENTS...`

PLAN is JSON: `phase`, `call` (which call of it, from 0), `delay` (seconds after that call began), `victim`, and
`batch_documents`, `publish_seconds` to make small runs have many batches and publications.  Without a phase nothing is
killed, and how long each call of each phase took is written to the file `measure`.
"""

import functools
import json
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

#: The way of a run, in its order.  `start` is before the first document is read, `open` the opening of the warehouse.
PHASES = (
    "start",
    "open",
    "begin",
    "read",
    "land",
    "pool",
    "check",
    "load",
    "relate",
    "checkpoint",
    "publish",
    "finish",
)


class Killer:
    """Counts the calls of each phase, and kills when the planned one has come."""

    def __init__(self, plan: dict[str, Any]):
        self.plan = plan
        self.calls: dict[str, list[float]] = {phase: [] for phase in (*PHASES, "wait")}

    def enter(self, phase: str) -> int:
        """Note that a call begins; the answer is its number."""
        number = len(self.calls[phase])
        self.calls[phase].append(0.0)
        if phase == self.plan.get("phase") and number == self.plan["call"]:
            threading.Thread(target=self._kill, daemon=True).start()
        return number

    def wrap(self, phase: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def timed(*arguments: Any, **options: Any) -> Any:
            number, started = self.enter(phase), time.monotonic()
            try:
                return function(*arguments, **options)
            finally:
                self.calls[phase][number] = time.monotonic() - started

        return timed

    def wrap_stream(self, phase: str, function: Callable[..., Iterable[Any]]) -> Callable[..., Iterator[Any]]:
        def timed(*arguments: Any, **options: Any) -> Iterator[Any]:
            step = self.wrap(phase, functools.partial(next, iter(function(*arguments, **options)), None))
            while (item := step()) is not None:
                yield item

        return timed

    def _kill(self) -> None:
        time.sleep(self.plan["delay"])
        victim = self.plan["victim"]
        if victim == "worker":
            _kill_worker(self.plan["call"])
        elif victim == "group":
            os.killpg(0, signal.SIGKILL)
        else:
            os.kill(os.getpid(), signal.SIGKILL)


def _kill_worker(seed: int) -> None:
    import psutil

    workers = [p for p in psutil.Process().children() if "spawn_main" in " ".join(p.cmdline())]
    if workers:
        random.Random(seed).choice(workers).kill()


def main() -> None:
    plan = json.loads(sys.argv[1])
    killer = Killer(plan)
    killer.enter("start")
    started = time.monotonic()
    if "--no-track" in sys.argv:
        os.environ["COPYDESK_TRACK"] = "0"
    import flows.run
    import tasks.check
    import warehouse.connection
    import warehouse.publish
    import warehouse.store
    from flows.pool import Pending
    from schemas.settings import Settings
    from warehouse.relations import Relations
    from warehouse.store import Store

    told = Settings.of
    if plan.get("batch_documents"):
        Settings.of = lambda *a, **k: told(*a, **{"batch_documents": plan["batch_documents"], **k})  # type: ignore[method-assign]
    if plan.get("publish_seconds"):
        warehouse.publish.PUBLISH_EVERY_SECONDS = plan["publish_seconds"]
        warehouse.publish._LARGEST_SHARE = 1.0  # type: ignore[attr-defined]
    for phase, name in (("checkpoint", "_begin"), ("publish", "_put_in_place"), ("wait", "collect")):
        setattr(warehouse.publish, name, killer.wrap(phase, getattr(warehouse.publish, name)))
    warehouse.connection._settle = killer.wrap("open", warehouse.connection._settle)  # type: ignore[attr-defined]
    flows.run.read_all = killer.wrap_stream("read", flows.run.read_all)  # type: ignore[assignment]
    tasks.check.check_articles = killer.wrap("check", tasks.check.check_articles)
    Pending.articles = killer.wrap("pool", Pending.articles)
    for phase, method in (
        ("begin", "begin_run"), ("land", "land"), ("load", "load"), ("finish", "finish_run")
    ):  # fmt: skip
        setattr(Store, method, killer.wrap(phase, getattr(Store, method)))
    for method in ("index", "link", "regroup"):
        setattr(Relations, method, killer.wrap("relate", getattr(Relations, method)))
    killer.calls["start"] = [time.monotonic() - started + 2.0]
    if plan.get("measure"):
        import atexit

        atexit.register(lambda: Path(plan["measure"]).write_text(json.dumps(killer.calls)))
    sys.argv = ["copydesk", *sys.argv[2:]]
    from flows.cli import main as run

    run()


if __name__ == "__main__":
    main()
