"""A round of torture: an ingest that is killed once or twice, then run again in peace, and looked at."""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.torture.books import compare, find_faults
from tests.torture.child import PHASES

ROOT = Path(__file__).resolve().parents[2]
#: In the environment of every process of a round, so that those left behind are found whatever they are.
_MARK = "COPYDESK_TORTURE"
_PATIENCE_SECONDS = 10.0
_BATCH_DOCUMENTS = 64


@dataclass
class Result:
    """What a round came to; `wrong` is empty when all is well."""

    number: int
    kills: list[str] = field(default_factory=list)
    killed: int = 0
    wrong: list[str] = field(default_factory=list)


class Desk:
    """A corpus, an undisturbed run over it, and rounds compared with that."""

    def __init__(self, folder: Path, corpus: Path, seed: int):
        self.folder = folder
        self.corpus = corpus
        self.make = random.Random(seed)
        self.undisturbed = folder / "undisturbed" / "w.duckdb"
        plan = {"measure": str(folder / "measured.json"), **_small_batches()}
        done = self._ingest(self.undisturbed, "undisturbed", tracked=False, plan=plan)
        if done.returncode:
            raise SystemExit(f"the undisturbed run failed: {done.stderr}")
        self.measured: dict[str, list[float]] = json.loads((folder / "measured.json").read_text())
        print(f"undisturbed: {told(done)}", flush=True)

    def round(self, number: int, tracked_share: float = 0.0, phase: str | None = None) -> Result:
        """Kill, run again, compare; prints a line.  What differs is kept in its folder."""
        tracked = self.make.random() < tracked_share
        plans = [self._plan(phase or PHASES[number % len(PHASES)])]  # none is left out by chance
        if self.make.random() < 0.25:  # dies again on the way back
            plans.append(self._plan(phase))
        return self.run(number, plans, tracked)

    def run(self, number: int, plans: list[dict[str, Any]], tracked: bool = False) -> Result:
        """`round` with the kills given."""
        result = Result(number)
        mark = f"{os.getpid()}-{number}"
        path = self.folder / f"round{number}" / "w.duckdb"
        path.parent.mkdir()
        for plan in plans:
            done = self._ingest(path, mark, tracked, plan)
            fate = {-9: "killed", 0: "ended"}.get(done.returncode, f"exit {done.returncode}: {done.stderr[-300:]}")
            name = f"{plan['victim']} in {plan['phase']}[{plan['call']}]+{plan['delay'] * 1000:.0f}ms"
            result.kills.append(name)
            result.killed += fate == "killed"
            if fate == "ended" and plan["victim"] != "worker":
                name += " (too late)"
            elif fate not in ("killed", "ended"):
                result.wrong.append(f"{name}: {fate}")
            result.wrong += [f"left behind {_PATIENCE_SECONDS:.0f} s after {name}: {p}" for p in _left_behind(mark)]
        again = self._ingest(path, mark, tracked, None)
        if again.returncode:
            result.wrong.append(f"the re-run ended with {again.returncode}: {again.stderr[-500:]}")
        else:
            result.wrong += compare(self.undisturbed, path) + find_faults(path, self.undisturbed)
            result.wrong += [f"not put away: {name}" for name in _leftovers(path.parent)]
        result.wrong += [f"left behind by the re-run: {p}" for p in _left_behind(mark)]
        kills = ", then ".join(result.kills)
        way = "tracked" if tracked else "plain"
        print(f"{number:3} {way:7} {kills}: {told(again)}: {'; '.join(result.wrong) or 'equal'}", flush=True)
        if not result.wrong:
            shutil.rmtree(path.parent)
        return result

    def _plan(self, phase: str | None) -> dict[str, Any]:
        phase = phase or self.make.choice(PHASES)
        call = self.make.randrange(len(self.measured[phase]))
        longest = self.measured[phase][call] if phase != "read" else 0.05
        # Workers are there from the start, but only between these is it sure that there is work for them.
        victims = ("flow", "group", "worker") if phase in ("land", "pool", "check", "load") else ("flow", "group")
        victim = self.make.choice(victims)
        return self.plan(phase, call, self.make.uniform(0, longest * 1.1), victim)

    def plan(self, phase: str, call: int, delay: float, victim: str) -> dict[str, Any]:
        """A kill for `run`; see tests/torture/child.py."""
        return {"phase": phase, "call": call, "delay": delay, "victim": victim, **_small_batches()}

    def _ingest(
        self, path: Path, mark: str, tracked: bool, plan: dict[str, Any] | None
    ) -> subprocess.CompletedProcess[str]:
        """The ingest under a plan, or as a person would run it; in a process group of its own."""
        start = ["-m", "flows"] if plan is None else ["-m", "tests.torture.child", json.dumps(plan)]
        command = [sys.executable, *start, "ingest", str(self.corpus), "--json", "--workers", "1"]
        command += ["--warehouse", str(path), *([] if tracked else ["--no-track"])]
        environment = {
            name: value for name, value in os.environ.items() if name not in ("COPYDESK_TRACK", "PREFECT_API_URL")
        }
        environment |= {_MARK: mark, "PREFECT_HOME": str(self.folder / "prefect"), "PYTHONPATH": str(ROOT)}
        # Files, not pipes: a process left behind would hold a pipe open, and this would wait for it.
        with (self.folder / "stdout").open("w+") as out, (self.folder / "stderr").open("w+") as err:
            process = subprocess.Popen(
                command,
                stdout=out,
                stderr=err,
                stdin=subprocess.DEVNULL,
                env=environment,
                cwd=ROOT,
                start_new_session=True,
            )
            process.wait(timeout=300)
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(command, process.returncode, out.read(), err.read())


def told(done: subprocess.CompletedProcess[str]) -> str:
    """The counts of a run in one line."""
    if done.returncode:
        return f"exit {done.returncode}"
    summary = json.loads(done.stdout)
    words = ("inputs", "loaded", "updated", "unchanged", "duplicate", "quarantined")
    return " ".join(f"{word} {summary[word]}" for word in words)


def _small_batches() -> dict[str, Any]:
    return {"batch_documents": _BATCH_DOCUMENTS, "publish_seconds": 0.3}


def _leftovers(folder: Path) -> list[str]:
    """Half-written files that nobody will ever finish."""
    return [str(path) for path in folder.rglob("*") if path.suffix in (".unfinished", ".publishing", ".copying")]


def _left_behind(mark: str) -> list[str]:
    """Processes of a round that are still there after some seconds; they are ended, so as not to pile up."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while (left := _marked(mark)) and time.monotonic() < until:
        time.sleep(0.2)
    described = [f"{process.pid} {' '.join(command)[:120]}" for process, command in left]
    for process, _ in left:
        process.kill()
    return described


def _marked(mark: str) -> list[tuple[psutil.Process, list[str]]]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(_MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append((process, process.cmdline()))
        except psutil.Error:
            continue
    return found
