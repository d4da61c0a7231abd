"""Documents into articles on every core: spawned processes with a limit of time and memory for each document.

Each process has a pipe and a thread of its own here, and nothing is shared between processes, so that one of them can
be killed at any moment, by us or by the system, and cost no other a thing.  (A pool whose workers share a pipe and its
locks, as Pebble's and the standard library's do, stands still when one is killed while it holds them.)
"""

import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from multiprocessing import process
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.reduction import ForkingPickler
from types import ModuleType
from typing import Any, Generic, TypeVar

from flows.document import make_article, out_of_memory, refused, take_apart, timed_out
from flows.worker import serve
from schemas.article import Article
from schemas.document import Document
from schemas.draft import Draft
from schemas.errors import RunFailed
from schemas.outcome import Refusal
from schemas.settings import Settings

T = TypeVar("T")

#: Bytes sent to a process ahead of its answers, so that it need not wait for us; a pipe holds more than this, so that
#: sending never waits for the process.
_AHEAD_BYTES = 1 << 16
#: A document that takes this long gets its process to itself: what was sent behind it goes to others, and another
#: process is started to take its place.  The slowest of 773 real pages takes about one.
_SLOW_SECONDS = 2.0
#: How often a process may end before it is ready, one after the other, until we take it that none ever will be.
_MOST_FALSE_STARTS = 5
_STARTING_SECONDS = 120.0


class Pool(Generic[T]):
    """Worker processes that make articles; use it as a context manager, which ends them.

    The processes start at once, so that their start-up overlaps with whatever the caller does next.  `make` is what
    they do with a document (a function of a module, as it has to be found there); `refuse` makes the same kind of
    result of a document that took too long, or too much memory, or its process down.  A document whose process died
    is tried once more in a fresh one, as it may have been killed for no fault of the document's.
    """

    def __init__(
        self,
        settings: Settings,
        make: Callable[[Document, Settings], T] = make_article,
        refuse: Callable[[Document, Refusal], T] = refused,
    ):
        self.settings = settings
        self.make = make
        self.refuse = refuse
        self._jobs: deque[_Job[T]] = deque()
        self._changed = threading.Condition(threading.RLock())
        self._slots: list[_Slot[T]] = []
        self._stopping = False
        self._false_starts = 0
        with self._changed:
            for _ in range(settings.workers):
                self._open_slot()

    def __enter__(self) -> "Pool[T]":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the processes now; what they were at work on is given up."""
        with self._changed:
            self._stopping = True
            slots = list(self._slots)
            for job in self._jobs:
                job.future.cancel()
            self._jobs.clear()
            self._changed.notify_all()
        for slot in slots:
            slot.kill()
        for slot in slots:
            slot.thread.join()

    def submit(self, documents: Iterable[Document]) -> "Pending[T]":
        """Start on the documents; their articles are had from the answer's `articles()`."""
        return Pending([self._start(document) for document in documents])

    def map(self, documents: Iterable[Document]) -> Iterator[T]:
        """The articles of a stream of documents, in its order, reading ahead no more than keeps the workers busy."""
        stream = iter(documents)
        ahead = deque(self._start(document) for document in islice(stream, 4 * self.settings.workers))
        while ahead:
            yield ahead.popleft().result()
            ahead.extend(self._start(document) for document in islice(stream, 1))

    def _start(self, document: Document) -> "Future[T]":
        job: _Job[T] = _Job(document)
        with self._changed:
            self._jobs.append(job)
            self._changed.notify()
        return job.future

    # For the slots ---------------------------------------------------------------------------------------------------

    def take(self, slot: "_Slot[T]", wait: bool) -> "_Job[T] | None":
        """The next job; None when there is none and nothing is waited for, or when the slot is to leave."""
        with self._changed:
            while wait and not self._jobs and not self._stopping:
                self._changed.wait()
            return self._jobs.popleft() if self._jobs and not self.leaves(slot) else None

    def put_back(self, jobs: "Iterable[_Job[T]]") -> None:
        """Jobs that were taken and not done, to be done next."""
        with self._changed:
            if self._stopping:
                for job in jobs:
                    job.future.cancel()
                return
            self._jobs.extendleft(reversed(list(jobs)))
            self._changed.notify_all()

    def relieve(self) -> None:
        """Open another slot beside one that is held up; no more than as many again."""
        with self._changed:
            if self._jobs and not self._stopping and len(self._slots) < self._most_slots():
                self._open_slot()

    def leaves(self, slot: "_Slot[T]") -> bool:
        """Whether a slot is to end: the pool stops, or those that were held up are free again."""
        with self._changed:
            if slot in self._slots and (self._stopping or len(self._slots) > self._most_slots()):
                self._slots.remove(slot)
            return slot not in self._slots

    def fail(self, error: BaseException) -> None:
        """Whoever waits for an article that nobody has begun hears of a fault."""
        with self._changed:
            for job in self._jobs:
                job.future.set_exception(error)
            self._jobs.clear()

    def was_ready(self, ready: bool) -> None:
        """Whether a process came up; `RunFailed` for every job when none does, time after time."""
        with self._changed:
            self._false_starts = 0 if ready else self._false_starts + 1
            if self._false_starts >= _MOST_FALSE_STARTS:
                self.fail(RunFailed("worker processes end before they are ready; try fewer with --workers"))

    def _most_slots(self) -> int:
        return self.settings.workers + min(self.settings.workers, sum(slot.is_slow for slot in self._slots))

    def _open_slot(self) -> None:
        self._slots.append(_Slot(self))


class _Job(Generic[T]):
    def __init__(self, document: Document):
        self.document = document
        self.future: Future[T] = Future()
        self.deaths = 0


class Pending(Generic[T]):
    """Articles being made."""

    def __init__(self, futures: "list[Future[T]]"):
        self._futures = futures

    def articles(self) -> list[T]:
        """Wait for the articles, in the order of the documents."""
        return [future.result() for future in self._futures]


class _Slot(Generic[T]):
    """One process after another, and the thread that feeds it.

    The thread starts the processes itself and outlives them: Linux ends a child that asked for it together with the
    thread that started it.
    """

    def __init__(self, pool: Pool[T]):
        self.is_slow = False
        self._pool = pool
        self._sent: deque[tuple[_Job[T] | None, int]] = deque()  # with its bytes; None: the answer is not wanted
        self._process: SpawnProcess | None = None
        self._since = 0.0  # when the first of `_sent` was begun
        self.thread = threading.Thread(target=self._run, name="pool-slot", daemon=True)
        self.thread.start()

    def kill(self) -> None:
        """End the process, from any thread."""
        if self._process is not None:
            with suppress(AttributeError, OSError):  # not started yet, or ended by itself
                self._process.kill()

    def _run(self) -> None:
        try:
            while not self._pool.leaves(self):
                self._serve_one_process()
        except BaseException as error:  # a fault of ours: whoever waits for an article must hear of it
            self._give_back()
            self._pool.fail(error)
            raise

    def _serve_one_process(self) -> None:
        """Start a process and feed it until it ends, has to be ended, or this slot is to leave."""
        ours, theirs = SPAWNED.Pipe()
        self._process = SPAWNED.Process(
            target=serve, args=(theirs, self._pool.make, self._pool.settings, os.getpid()), daemon=True
        )
        ready = False
        try:
            with suppress(EOFError, OSError):
                self._process.start()
                theirs.close()
                ready = not self._pool.leaves(self) and ours.poll(_STARTING_SECONDS) and bool(ours.recv_bytes())
            self._pool.was_ready(ready)
            if ready:
                self._feed(ours)
        finally:
            self.kill()
            with suppress(AssertionError):  # not started
                self._process.join()
            ours.close()

    def _feed(self, pipe: Any) -> None:
        """Send jobs and take their answers, as long as the process lives and keeps to its time."""
        try:
            while True:
                while self._wants_more():
                    job = self._pool.take(self, wait=not self._sent)
                    if job is None:
                        if not self._sent:
                            return
                        break
                    data = ForkingPickler.dumps(job.document)
                    if self._sent and len(data) + sum(size for _, size in self._sent) > _AHEAD_BYTES:
                        self._pool.put_back([job])
                        break
                    if not self._sent:
                        self._since = time.monotonic()
                    self._sent.append((job, len(data)))
                    pipe.send_bytes(data)
                if not self._is_answered(pipe):
                    self._time_out()
                    return
                value, grown = pipe.recv()
                self._settle(value)
                if grown:
                    self._give_back()
                    return
        except (EOFError, OSError):
            self._bury()

    def _wants_more(self) -> bool:
        """Whether to send another: nothing behind what is slow."""
        return not self._sent or (not self.is_slow and sum(size for _, size in self._sent) < _AHEAD_BYTES)

    def _is_answered(self, pipe: Any) -> bool:
        """Wait for the answer to the first job; False when its time is over."""
        limit = self._pool.settings.document_seconds
        if pipe.poll(max(0.0, min(_SLOW_SECONDS, limit) + self._since - time.monotonic())):
            return True
        self.is_slow = True
        first, *rest = self._sent
        self._pool.put_back([job for job, _ in rest if job])
        self._sent = deque([first, *((None, size) for _, size in rest)])
        self._pool.relieve()
        return pipe.poll(max(0.0, limit + self._since - time.monotonic()))

    def _settle(self, value: T | BaseException) -> None:
        job = self._sent.popleft()[0]
        self.is_slow, self._since = False, time.monotonic()
        if job is None:
            return
        if isinstance(value, MemoryError):
            self._refuse(job, out_of_memory(self._pool.settings, "extract"))
        elif isinstance(value, BaseException):
            job.future.set_exception(value)
        else:
            job.future.set_result(value)

    def _time_out(self) -> None:
        job = self._sent.popleft()[0]
        if job:
            self._refuse(job, timed_out(self._pool.settings))
        self._give_back()

    def _bury(self) -> None:
        """The process died; the first job was in it, the others had not been begun."""
        assert self._process is not None
        self._process.join(5)
        job = self._sent.popleft()[0] if self._sent else None
        if job and not job.deaths:
            job.deaths = 1
            self._pool.put_back([job])
        elif job:
            detail = f"the process that worked on it died twice ({cause_of(self._process.exitcode)})"
            self._refuse(job, Refusal(("unreadable",), "extract", detail))
        self._give_back()

    def _give_back(self) -> None:
        self.is_slow = False
        self._pool.put_back([job for job, _ in self._sent if job])
        self._sent.clear()

    def _refuse(self, job: _Job[T], refusal: Refusal) -> None:
        job.future.set_result(self._pool.refuse(job.document, refusal))


def cause_of(exit_code: int | None) -> str:
    """Why a process ended, for a person."""
    if exit_code is not None and exit_code < 0:
        with suppress(ValueError):
            return f"killed by {signal.Signals(-exit_code).name}"
    return f"exit status {exit_code}"


def take_apart_elsewhere(document: Document, settings: Settings) -> tuple[Draft, Article]:
    """`take_apart` in a process of its own, within its limits of time and memory."""

    def refuse(document: Document, refusal: Refusal) -> tuple[Draft, Article]:
        return Draft(), refused(document, refusal)

    with Pool(replace(settings, workers=1), take_apart, refuse) as pool:
        (taken,) = pool.map([document])
        return taken


# How they are started ------------------------------------------------------------------------------------------------

#: `_LightProcess` exchanges a global for the time of a start, and a process is to be waited for in one thread.
_starting = threading.Lock()


class _LightProcess(SpawnProcess):
    """A spawned process that does not import the parent's main module again.

    Under a Prefect worker that module is Prefect's engine, in a test it is pytest; the workers need neither.
    """

    def start(self) -> None:
        with _starting:
            super().start()

    @staticmethod
    def _Popen(process_obj: process.BaseProcess):  # noqa: N802
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            return SpawnProcess._Popen(process_obj)  # type: ignore[attr-defined]
        finally:
            sys.modules["__main__"] = main


class _LightContext(SpawnContext):
    Process = _LightProcess


#: What starts them, and their pipes.
SPAWNED = _LightContext()
