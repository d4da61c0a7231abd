"""Documents into articles on every core: a pool of spawned processes with a time limit for each document.

A document is a task of its own: that costs 0.3 ms where a page takes 30, and a document that takes too long, or takes
its process down, costs its neighbours nothing.  Nothing imported here may import Prefect or Great Expectations: the
worker processes import this module, and each would pay seconds and 300 MB.
"""

import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import TimeoutError as FutureTimeout
from itertools import islice
from multiprocessing import process
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType
from typing import NamedTuple

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from flows.document import make_article, refused, timed_out
from schemas.article import Article
from schemas.document import Document
from schemas.outcome import Refusal
from schemas.settings import Settings
from tasks._main_text import load_stoplists
from tasks._phrases import languages, load_phrases


class Pool:
    """Worker processes that make articles; use it as a context manager, which ends them.

    The processes start at once, so that their start-up overlaps with whatever the caller does next.  `make` is what
    they do with a document (a function of a module, as it has to be found there); `make_article` but in tests.
    """

    def __init__(self, settings: Settings, make: Callable[[Document, Settings], Article] = make_article):
        self.settings = settings
        self._make = make
        self._pool = ProcessPool(max_workers=settings.workers, initializer=_warm, context=_LightContext())
        self._pool.schedule(_do_nothing)  # the first task starts the processes

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the processes now; what they were at work on is given up."""
        self._pool.stop()
        self._pool.join()

    def submit(self, documents: Iterable[Document]) -> "Pending":
        """Start on the documents; their articles are had from the answer's `articles()`."""
        return Pending([self._start(document) for document in documents])

    def map(self, documents: Iterable[Document]) -> Iterator[Article]:
        """The articles of a stream of documents, in its order, reading ahead no more than keeps the workers busy."""
        stream = iter(documents)
        ahead = deque(self._start(document) for document in islice(stream, 4 * self.settings.workers))
        while ahead:
            yield ahead.popleft().article()
            ahead.extend(self._start(document) for document in islice(stream, 1))

    def _start(self, document: Document) -> "_Job":
        seconds = self.settings.document_seconds
        return _Job(
            document, self.settings, self._pool.schedule(self._make, (document, self.settings), timeout=seconds)
        )


class _Job(NamedTuple):
    document: Document
    settings: Settings
    future: "ProcessFuture[Article]"

    def article(self) -> Article:
        try:
            return self.future.result()
        except FutureTimeout:
            return refused(self.document, timed_out(self.settings))
        except ProcessExpired as error:
            detail = f"the process that worked on it died (exit status {error.exitcode})"
            return refused(self.document, Refusal(("unreadable",), "extract", detail))


class Pending:
    """Articles being made."""

    def __init__(self, jobs: list[_Job]):
        self._jobs = jobs

    def articles(self) -> list[Article]:
        """Wait for the articles, in the order of the documents."""
        return [job.article() for job in self._jobs]


# In the worker processes ---------------------------------------------------------------------------------------------


def _warm() -> None:
    """What a worker does before its first document: everything that is loaded once, loaded."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends its workers itself
    words = b"The ferry to the island was late again on 3 May 2019, its captain said, and nobody on the quay minded."
    for media_type, content in (
        ("text/plain", words),
        ("text/html", b"<html><body><p>" + words + b"</p></body></html>"),
    ):
        make_article(Document("0" * 64, "warm-up", content, media_type), Settings())
    load_stoplists()
    for language in languages():
        load_phrases(language)


def _do_nothing() -> None:
    pass


# How they are started ------------------------------------------------------------------------------------------------


class _LightProcess(SpawnProcess):
    """A spawned process that does not import the parent's main module again.

    Under a Prefect worker that module is Prefect's engine, in a test it is pytest; the workers need neither.
    """

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
