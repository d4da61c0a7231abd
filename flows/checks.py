"""How a run that fetches keeps its memory small: Great Expectations in a process of its own.

Such a run has its connections and Prefect in its memory, and then what `relate` needs: with Great Expectations and
pandas, which are of use for a second a batch, 464 MB of it for 200 hosts.
"""

import ctypes
import gc
import os
import pickle
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import TYPE_CHECKING, Any

from flows.guard import GC_THRESHOLD, die_with_parent
from flows.pool import SPAWNED, cause_of
from schemas.article import Article
from schemas.errors import RunFailed
from schemas.run import SourceHistory

if TYPE_CHECKING:
    from tasks.check import Checked

#: How often a process may die with a batch: it may have been killed for no fault of the batch's.
_MOST_DEATHS = 2
_END_SECONDS = 2.0
_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3  # malloc.h of glibc; another library answers that it knows them not


class Checks:
    """The process, and the way to it; nothing is started until `start`, or until there is something to check."""

    def __init__(self) -> None:
        self._process: SpawnProcess | None = None
        self._pipe: Any = None

    def start(self) -> None:
        """Have the process import what it needs (3 to 9 s) beside whatever comes next."""
        if self._process is not None:
            return
        self._pipe, theirs = SPAWNED.Pipe()
        self._process = SPAWNED.Process(target=_serve, args=(theirs, os.getpid()), daemon=True)
        self._process.start()
        theirs.close()

    def stop(self) -> None:
        """End the process; what comes to be checked later starts another.

        It ends by itself at the end of its pipe, and gives back what it has of the system's then (tqdm's semaphore).
        """
        if self._process is None:
            return
        self._pipe.close()
        self._process.join(_END_SECONDS)
        self._process.kill()
        self._process.join()
        self._process = None

    def check(
        self, articles: Sequence[Article], new: Sequence[int], history: Mapping[str | None, SourceHistory]
    ) -> "Checked":
        """`tasks.check.check_all`; `RunFailed` when the process dies of it, time after time."""
        exit_code = None
        for _ in range(_MOST_DEATHS):
            self.start()
            assert self._process is not None
            try:
                self._pipe.send((articles, new, history))
                answer = self._pipe.recv()
            except (EOFError, OSError):
                self._process.join(5)
                exit_code = self._process.exitcode
                self.stop()
                continue
            if isinstance(answer, BaseException):
                raise answer
            return answer
        raise RunFailed(f"the process that checks articles died {_MOST_DEATHS} times ({cause_of(exit_code)})")


def give_back_freed() -> None:
    """Have what this process frees go back to the system, as far as the C library can be told (glibc).

    By itself it has eight places for each core where it keeps what was freed, and keeps larger and larger blocks.
    """
    with suppress(AttributeError, OSError, TypeError):
        library = ctypes.CDLL(None)
        library.mallopt(_M_ARENA_MAX, 2)
        library.mallopt(_M_MMAP_THRESHOLD, 128 << 10)


def _serve(pipe: Connection, parent: int) -> None:
    """Answer each batch that comes with what came of it, or with the exception."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends this itself
    die_with_parent(parent)
    gc.set_threshold(*GC_THRESHOLD)
    from tasks.check import check_all, warm

    with suppress(Exception):  # it fails again where it is used, and is told there
        warm()
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):  # the parent is gone
        while True:
            articles, new, history = pipe.recv()
            try:
                answer: object = check_all(articles, new, history)
            except Exception as error:
                answer = _as_it_travels(error)
            pipe.send(answer)


def _as_it_travels(error: Exception) -> Exception:
    """The exception, or RunFailed with its words where it would not come out of a pipe as it went in."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # some of Great Expectations' and pydantic's
        return RunFailed(f"{type(error).__name__}: {error}")
    return error
