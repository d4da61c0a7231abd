"""Processes that end when the one that started them does, even when that was killed with -9.

    python -m flows.guard [PARENT] MODULE ARGUMENT...

runs `python -m MODULE ARGUMENT...` for as long as the process that started it lives (PARENT, its id, where that could
have ended before this has begun).  Nothing but the standard library is imported here, so that anything can use it.
"""

import gc
import os
import runpy
import signal
import sys
import threading
import time
from pathlib import Path

#: For `gc.set_threshold`: Python's own 700 objects have it search a third of the time while large libraries are
#: imported (Great Expectations 5.0 s, with this 3.7 s), for garbage that is not there.
GC_THRESHOLD = (50_000, 20, 20)
_POLL_SECONDS = 0.5
#: What a flow run needs to write down that it was stopped; a server needs less.
_GRACE_SECONDS = 5.0


def die_with_parent(parent: int | None = None) -> None:
    """From now on, end this process soon after its parent has ended: SIGTERM, and 5 s later SIGKILL.

    SIGKILL goes to the whole group that this process leads, if it leads one.
    `parent`: the process id that the parent had, where it may have ended already; the present parent unless said.
    A thread asks for the parent's id twice a second.  Linux's own signal for it (PR_SET_PDEATHSIG) will not do: it is
    sent as soon as the *thread* that started this process ends.  A process that holds Python's lock for long, in a
    regular expression say, ends only when it lets go of it.
    """
    expected = os.getppid() if parent is None else parent

    def watch() -> None:
        while os.getppid() == expected:
            time.sleep(_POLL_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_GRACE_SECONDS)
        if os.getpgrp() == os.getpid():
            os.killpg(0, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="die_with_parent", daemon=True).start()


def guarded(module: str, *arguments: str) -> list[str]:
    """The command that runs `python -m module arguments` for as long as this process lives."""
    # -P: the folder of this file is not put on the path, where its neighbours would hide other modules.
    return [sys.executable, "-P", str(Path(__file__).resolve()), str(os.getpid()), module, *arguments]


if __name__ == "__main__":
    gc.set_threshold(*GC_THRESHOLD)
    del sys.argv[0]
    die_with_parent(int(sys.argv.pop(0)) if sys.argv[0].isdigit() else None)
    if str(Path.cwd()) not in sys.path:  # as `python -m` does
        sys.path.insert(0, str(Path.cwd()))
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
