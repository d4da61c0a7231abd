"""A run of the pipeline: its worker processes, its place in the warehouse, its counts."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from flows import early
from flows.inputs import read_all
from flows.pool import Pool
from flows.version import code_version, rules_version
from schemas.document import Document
from schemas.errors import RunFailed
from schemas.run import Tally
from schemas.settings import Settings
from tasks.batch import Batch, fetch, flow_run_id


class Run:
    """A run that is going on.

    `store` and `run_id` are None in a dry run.  `tally` counts what has been read and what became of it.
    """

    def __init__(self, settings: Settings, pool: Pool, store: Any = None, run_id: str | None = None):
        self.settings = settings
        self.pool = pool
        self.store = store
        self.run_id = run_id
        self.tally = Tally()
        self.refused: list[dict[str, Any]] = []
        self._started = time.monotonic()
        self._published = self._started

    def publication_is_due(self) -> bool:
        """Whether readers have waited long enough for what has been loaded."""
        return self.store is not None and time.monotonic() - self._published > self.settings.publish_seconds

    def finish(self) -> dict[str, Any]:
        """The summary, after the run's balance has been recorded; `RunFailed` when it does not balance."""
        seconds = time.monotonic() - self._started
        rate = self.tally.inputs / seconds if seconds else 0.0
        summary = {
            "run_id": self.run_id,
            **self.tally.as_dict(),
            "seconds": round(seconds, 3),
            "documents_per_second": round(rate, 2),
            "balanced": self.tally.balances,
            "warehouse": str(self.settings.warehouse),
            "dry_run": self.store is None,
        }
        if self.store is None:
            summary["refused"] = self.refused
        if not self.tally.balances:
            decided = sum(self.tally.outcomes.values())
            raise RunFailed(
                f"{self.tally.inputs} documents were read but {decided} outcomes recorded; the raw copy is safe in the "
                "landing folder: run it again, and report this"
            )
        if self.store is not None:
            self.store.finish_run(self.run_id, "done", self.tally, rate)
        return summary


@contextmanager
def open_run(settings: Settings, dry_run: bool) -> Iterator[Run]:
    """A run with everything it needs; whatever stops it is written down in the warehouse before it is raised."""
    early.start_checks()
    with early.take_pool(settings) as pool:
        if dry_run:
            yield Run(settings, pool)
            return
        from warehouse.store import open_store

        with open_store(settings) as store:
            run_id = store.start_run(flow_run_id(), rules_version(), code_version())
            run = Run(settings, pool, store, run_id)
            try:
                yield run
            except BaseException:
                store.finish_run(run_id, "failed", run.tally, 0.0)
                raise


def read_batches(inputs: list[str], run: Run) -> Iterator[Batch]:
    """The documents of all inputs in batches, counted as they are read and never held all at once."""
    settings = run.settings
    stream = islice(read_all(inputs, settings, fetch), settings.limit)
    documents: list[Document] = []
    number = size = 0
    for document in stream:
        documents.append(document)
        size += len(document.content)
        run.tally.inputs += 1
        if len(documents) == settings.batch_documents or size >= settings.batch_bytes:
            yield Batch(number, documents)
            documents, number, size = [], number + 1, 0
    if documents:
        yield Batch(number, documents)


def one_ahead(batches: Iterable[Batch], start: Callable[[Batch], None]) -> Iterator[Batch]:
    """Each batch, once the one after it has been started: the workers are never without work."""
    ahead: Batch | None = None
    for batch in batches:
        start(batch)
        if ahead is not None:
            yield ahead
        ahead = batch
    if ahead is not None:
        yield ahead
