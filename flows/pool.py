"""Documents into articles on every core: a pool of spawned processes with a time limit for each document.

Documents travel in chunks.  A chunk that takes too long or takes its process down is sent again one document at a
time, so that exactly the guilty one is refused and its neighbours are unharmed.  Nothing imported here may import
Prefect or Great Expectations: the worker processes import this module, and each would pay seconds and 300 MB.
"""

import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import TimeoutError as FutureTimeout
from itertools import islice
from multiprocessing import process
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from flows.document import make_article, refused, timed_out
from schemas.article import Article
from schemas.document import Document
from schemas.outcome import Refusal
from schemas.settings import Settings

#: A chunk ends at whichever comes first.  A task costs about a millisecond and a page about 35, so a handful is
#: enough to make the cost vanish, and few enough that no core waits long for the last chunk of a batch.
CHUNK_DOCUMENTS = 8
CHUNK_BYTES = 1 << 20


class Pool:
    """Worker processes that make articles; use it as a context manager, which ends them.

    The processes start at once, so that their start-up overlaps with whatever the caller does next.  `make` is what
    they do with a document (a function of a module, as it has to be found there); `make_article` but in tests.
    """

    def __init__(self, settings: Settings, make: Callable[[Document, Settings], Article] = make_article):
        self.settings = settings
        self._make = make
        workers = max(1, settings.workers)
        self._pool = ProcessPool(max_workers=workers, initializer=_warm, context=_LightContext())
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
        return Pending(self, [(chunk, self._schedule(chunk)) for chunk in _chunks(documents)])

    def map(self, documents: Iterable[Document]) -> Iterator[Article]:
        """The articles of a stream of documents, in its order, reading ahead no more than the workers can use."""
        chunks = _chunks(documents)
        waiting = [(chunk, self._schedule(chunk)) for chunk in islice(chunks, 2 * max(1, self.settings.workers) + 1)]
        while waiting:
            yield from self._collect(*waiting.pop(0))
            waiting.extend((chunk, self._schedule(chunk)) for chunk in islice(chunks, 1))

    def _schedule(self, chunk: list[Document]) -> "ProcessFuture[list[Article]]":
        return self._pool.schedule(
            _make_all, (self._make, chunk, self.settings), timeout=self.settings.document_seconds
        )

    def _collect(self, chunk: list[Document], future: "ProcessFuture[list[Article]]") -> list[Article]:
        try:
            return future.result()
        except (FutureTimeout, ProcessExpired) as error:
            if len(chunk) == 1:
                return [refused(chunk[0], _blame(error, self.settings))]
        alone = [([document], self._schedule([document])) for document in chunk]
        return [article for one, pending in alone for article in self._collect(one, pending)]


class Pending:
    """Articles being made."""

    def __init__(self, pool: Pool, parts: "list[tuple[list[Document], ProcessFuture[list[Article]]]]"):
        self._pool = pool
        self._parts = parts

    def articles(self) -> list[Article]:
        """Wait for the articles, in the order of the documents."""
        parts, self._parts = self._parts, []
        return [article for chunk, future in parts for article in self._pool._collect(chunk, future)]


def _blame(error: Exception, settings: Settings) -> Refusal:
    if isinstance(error, ProcessExpired):
        detail = f"the process that worked on it died (exit status {error.exitcode})"
        return Refusal(("unreadable",), "extract", detail)
    return timed_out(settings)


def _chunks(documents: Iterable[Document]) -> Iterator[list[Document]]:
    chunk: list[Document] = []
    size = 0
    for document in documents:
        if chunk and (len(chunk) == CHUNK_DOCUMENTS or size + len(document.content) > CHUNK_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(document)
        size += len(document.content)
    if chunk:
        yield chunk


# In the worker processes ---------------------------------------------------------------------------------------------


def _warm() -> None:
    """What a worker does before its first document."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends its workers itself
    import importlib, importlib.util  # STANDIN
    for n in ("extract", "normalise", "refuse", "repeats", "strip"):
        if importlib.util.find_spec("tasks." + n): importlib.import_module("tasks." + n)


def _do_nothing() -> None:
    pass


def _make_all(make: Callable[..., Article], documents: list[Document], settings: Settings) -> list[Article]:
    return [make(document, settings) for document in documents]


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
