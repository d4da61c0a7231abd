"""A run of the pipeline: its worker processes, its place in the warehouse, its counts."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

from flows import early
from flows.inputs import read_all
from flows.pool import Pool
from flows.version import code_version, rules_version
from schemas.document import Document
from schemas.errors import CopydeskError
from schemas.run import Tally
from schemas.settings import Settings
from tasks.batch import Batch, fetch, flow_run_id

if TYPE_CHECKING:
    from warehouse.rows import RunInfo
    from warehouse.store import Store


class Run:
    """A run that is going on.

    `store` and `info` are None in a dry run.  `tally` counts what has been read and what became of it; `refused` holds
    the refusals of a dry run, which are written nowhere else.
    """

    def __init__(self, settings: Settings, pool: Pool, store: "Store | None" = None, info: "RunInfo | None" = None):
        self.settings = settings
        self.pool = pool
        self.store = store
        self.info = info
        self.tally = Tally()
        self.refused: list[dict[str, Any]] = []
        self._started = time.monotonic()

    def count(self, batch: Batch, outcomes: list[str]) -> None:
        """Write down what became of each document of a batch."""
        refused = {(a.document_id, a.origin): a for a in batch.articles if a.outcome != "accepted"}
        for document, outcome in zip(batch.documents, outcomes, strict=True):
            self.tally.outcomes[outcome] += 1
            if outcome == "quarantined" and (article := refused.get((document.document_id, document.origin))):
                for reason in article.reasons:
                    self.tally.reasons[reason] = self.tally.reasons.get(reason, 0) + 1
                if self.store is None:
                    told = {"origin": article.origin, "reasons": list(article.reasons), "detail": article.detail}
                    self.refused.append(told)

    def publish_if_due(self) -> None:
        """Let readers see what has been loaded, when they have waited long enough for it."""
        if self.store is not None:
            self.store.publish_if_due()

    def finish(self) -> dict[str, Any]:
        """The summary, after the books of the run were closed; `RunFailed` when they do not balance."""
        seconds = time.monotonic() - self._started
        if self.store is not None and self.info is not None:
            self.store.finish_run(self.info, self.tally.inputs)
        summary = {
            "run_id": self.info.run_id if self.info else None,
            **self.tally.as_dict(),
            "seconds": round(seconds, 3),
            "documents_per_second": round(self.tally.inputs / seconds, 2) if seconds else 0.0,
            "balanced": self.tally.balances,
            "warehouse": str(self.settings.warehouse),
            "dry_run": self.store is None,
        }
        if self.store is None:
            summary["refused"] = self.refused
        return summary


@contextmanager
def open_run(settings: Settings, dry_run: bool) -> Iterator[Run]:
    """A run with everything it needs; whatever stops it is written down in the warehouse before it is raised."""
    with early.take_pool(settings) as pool:
        early.start_checks()
        if dry_run:
            yield Run(settings, pool)
            return
        from warehouse.store import open_store

        with open_store(settings) as store:
            info = store.begin_run(rules_version(), code_version(), flow_run_id())
            run = Run(settings, pool, store, info)
            try:
                yield run
            except BaseException:
                with suppress(CopydeskError):  # what stopped the run is the thing to tell, not that this failed too
                    store.finish_run(info, run.tally.inputs, "failed")
                    store.publish()
                raise


def read_batches(inputs: list[str], run: Run) -> Iterator[Batch]:
    """The documents of all inputs in batches, counted as they are read and never held all at once."""
    settings = run.settings
    stream = islice(read_all(inputs, settings, fetch), settings.limit)
    documents: list[Document] = []
    number = size = first = 0
    for document in stream:
        documents.append(document)
        size += len(document.content)
        run.tally.inputs += 1
        if len(documents) == settings.batch_documents or size >= settings.batch_bytes:
            yield Batch(number, documents, first)
            documents, number, size, first = [], number + 1, 0, run.tally.inputs
    if documents:
        yield Batch(number, documents, first)


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
