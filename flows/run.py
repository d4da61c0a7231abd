"""A run of the pipeline: its worker processes, its place in the warehouse, its counts, and what it tells of itself."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from flows import crashed, early, watch
from flows.checks import Checks, give_back_freed
from flows.inputs import read_all, size_of, with_memory
from flows.pool import Pool
from flows.show import is_seen, progress
from flows.version import code_version, rules_version
from schemas.document import Document
from schemas.errors import CopydeskError, RunFailed, WarehouseError
from schemas.run import Alarm, Tally
from schemas.settings import Settings
from schemas.tombstone import FORGOTTEN
from tasks._sparing import importing_less
from tasks.batch import Batch, fetch, flow_run_id, relate

if TYPE_CHECKING:
    from warehouse.rows import RunInfo
    from warehouse.store import Store

#: Refused documents named in the summary; all of them are in the table `quarantine`.
_REFUSALS_NAMED = 20
#: Alarms about copy that does not come, rather than about what it is like.
_SILENCES = frozenset(("silent", "collect_failing", "collect_errors", "volume_low"))


class Run:
    """A run that is going on.

    `what` it does, for a person.  `store` and `info` are None in a dry run.  `tally` counts what has been read and what
    became of it; `steps` has the seconds of each step; `refused` names refusals: the first few, in a dry run all,
    because they are written nowhere else.  `left_behind`: the summary of what an earlier run had left behind.
    `crawl`, `checks`: what fetches pages (flows/gather.py) and where they are checked, in a run that collects.
    """

    def __init__(
        self,
        what: str,
        settings: Settings,
        pool: Pool,
        store: "Store | None" = None,
        info: "RunInfo | None" = None,
        checks: Checks | None = None,
    ):
        self.what = what
        self.settings = settings
        self.pool = pool
        self.store = store
        self.info = info
        self.tally = Tally()
        self.steps: dict[str, float] = {}
        self.refused: list[dict[str, Any]] = []
        self.warnings: list[str] = []
        self.left_behind: dict[str, Any] | None = None
        self.crawl: Any = None
        self.checks = checks
        self.watchers: list[Callable[[Tally], None]] = []
        self._missed: dict[str, dict[str, Any]] = {}
        self._drops: dict[tuple[str, str], Alarm] = {}
        self._started = self._told_at = time.monotonic()

    def count(self, batch: Batch, outcomes: list[str]) -> None:
        """Write down what became of each input of a batch, in order, and tell it."""
        before, reasons_before = dict(self.tally.outcomes), dict(self.tally.reasons)
        refused = {(a.document_id, a.origin): a for a in batch.articles if a.outcome != "accepted"}
        pairs = [(document.document_id, document.origin) for document in batch.documents]
        inputs = [pair for pair in pairs if pair not in batch.helpers]
        for pair, outcome in zip(inputs, outcomes, strict=True):
            self.tally.outcomes[outcome] += 1
            if outcome == "quarantined":
                # What was taken down and comes again is counted, and not named.
                article = refused.get(pair) if pair[0] not in batch.kept_out else None
                if article is None:
                    self.tally.reasons[FORGOTTEN] = self.tally.reasons.get(FORGOTTEN, 0) + 1
                    continue
                for reason in article.reasons:
                    self.tally.reasons[reason] = self.tally.reasons.get(reason, 0) + 1
                if self.store is None or len(self.refused) < _REFUSALS_NAMED:
                    told = {"origin": article.origin, "reasons": list(article.reasons), "detail": article.detail}
                    self.refused.append(told)
        now = time.monotonic()
        line = watch.batch_line(
            batch.number + 1,
            len(inputs),
            {name: count - before[name] for name, count in self.tally.outcomes.items()},
            {name: count - reasons_before.get(name, 0) for name, count in self.tally.reasons.items()},
            now - self._told_at,
        )
        self._told_at = now
        watch.log(line)
        self._note_results(batch)
        for show in self.watchers:
            show(self.tally)

    def _note_results(self, batch: Batch) -> None:
        """Remember the expectations that were not met, and warn where a whole source looks wrong."""
        for result in batch.results:
            if result.success:
                continue
            missed = self._missed.setdefault(
                result.expectation,
                {"expectation": result.expectation, "column_name": result.column_name, "severity": result.severity,
                 "checked": 0, "unexpected": 0, "sample": list(result.sample)},
            )  # fmt: skip
            missed["checked"] += result.checked
            missed["unexpected"] += result.unexpected
        for result in batch.source_results:
            for told in () if result.success else result.sample:
                message = f"batch {batch.number + 1}: {told}"
                self.warnings.append(message)
                watch.log(message, logging.WARNING)
                source, _, words = told.partition(": ")
                drop = Alarm(source, result.expectation, result.severity, datetime.now(UTC).date(), words)
                self._drops.setdefault((source, result.expectation), drop)

    def publish_if_due(self) -> None:
        """Let readers see what has been loaded, when they have waited long enough for it."""
        if self.store is not None and self.store.publish_if_due():
            watch.log(f"published what was loaded so far: {sum(self.tally.outcomes.values()):,} documents")

    def _tell_alarms(self) -> None:
        """Warn, once, of what has come to be wrong with an outlet: its copy fails to come, or is not what it was."""

        def tell(alarm: Alarm) -> None:
            event = "copydesk.source.silent" if alarm.kind in _SILENCES else "copydesk.quality.drop"
            message = f"{alarm.source}: {alarm.kind}: {alarm.told}"
            if (alarm.source, alarm.kind) not in self._drops:  # the batch has said it
                self.warnings.append(message)
                watch.log(message, logging.WARNING)
            about = f"copydesk.source.{alarm.source.casefold().replace(' ', '-')}"
            told = {"kind": alarm.kind, "severity": alarm.severity, "since": alarm.since.isoformat()}
            watch.send(event, message, about, {"source": alarm.source, **told})

        try:
            if self.store is not None:
                self.store.tell_new_alarms(tell, self._drops.values(), watch.is_heard())
        except WarehouseError as error:  # no reason to call articles that are loaded a failure
            self.warnings.append(f"nobody looked for alarms: {error}")
            watch.log(self.warnings[-1], logging.WARNING)

    def finish(self) -> dict[str, Any]:
        """The summary, after the books of the run were closed; `RunFailed` when they do not balance."""
        if self.store is not None and self.info is not None:
            try:
                self.store.finish_run(self.info, self.tally.inputs)
            except RunFailed as error:
                name = self.settings.warehouse.stem
                watch.warn("copydesk.run.unbalanced", str(error), f"copydesk.warehouse.{name}", self.tally.as_dict())
                raise
        self._tell_alarms()
        told = self.store.tell_of_run(self.info) if self.store is not None and self.info is not None else {}
        seconds = time.monotonic() - self._started
        return {
            "run_id": self.info.run_id if self.info else None,
            "what": self.what,
            **self.tally.as_dict(),
            "seconds": round(seconds, 3),
            "documents_per_second": round(self.tally.inputs / seconds, 2) if seconds else 0.0,
            "balanced": self.tally.balances,
            "warehouse": str(self.settings.warehouse),
            "dry_run": self.store is None,
            "steps": self.steps,  # publication is still to come
            "outlets": told.get("outlets", []),
            "loaded_samples": told.get("samples", []),
            "refused": self.refused,
            "missed_expectations": list(self._missed.values()),
            "warnings": self.warnings,
            "left_behind": self.left_behind,
        }


@contextmanager
def open_run(what: str, settings: Settings, dry_run: bool = False, is_fetching: bool = False) -> Iterator[Run]:
    """A run with everything it needs; whatever stops it is written down in the warehouse before it is raised.

    Runs that an earlier process left open when it died are marked as crashed, here and in Prefect.  One that
    `is_fetching` has no use for Great Expectations (225 MB, seconds of work) until there is something to check, and has
    it elsewhere then.
    """
    crashed.claim_flow_run()
    settings = with_memory(settings)
    with ExitStack() as stack:
        pool = early.take_pool(settings)
        stack.callback(pool.stop)
        checks = Checks() if is_fetching else None
        if checks is not None:
            stack.callback(checks.stop)
            give_back_freed()
            # DuckDB and pyarrow import it (48 MB), if it is there, to see whether what they are given is of it.
            stack.enter_context(importing_less(("pandas",), in_all_threads=True))
        if not is_fetching:
            early.start_checks()
        watchers = [stack.enter_context(progress(what)), stack.enter_context(watch.progress_artifact(what))]
        if dry_run:
            run = Run(what, settings, pool)
            run.watchers = watchers
            yield run
            return
        from warehouse.store import open_store

        store = stack.enter_context(open_store(settings))
        crashed.mark_crashed(store.close_crashed_runs())
        if (now := with_memory(settings)) != settings:  # another run has learned while this one waited for its place
            pool.stop()
            settings, pool = now, Pool(now)
            stack.callback(pool.stop)
        with open_books(what, settings, pool, store, checks) as run:
            stack.callback(lambda: run.pool.stop())
            run.watchers = watchers
            rules = rules_version(settings.memory)
            watch.log(f"{what} into {settings.warehouse}, {settings.workers} worker processes, rules {rules}")
            yield run
            watch.log(f"{what}: done; {sum(run.tally.outcomes.values()):,} documents accounted for")


@contextmanager
def open_books(
    what: str, settings: Settings, pool: Pool, store: "Store", checks: Checks | None = None
) -> Iterator[Run]:
    """A run in the books of the warehouse; the caller closes them with `Run.finish`."""
    info = store.begin_run(rules_version(settings.memory), code_version(), flow_run_id())
    run = Run(what, settings, pool, store, info, checks)
    try:
        yield run
    except BaseException as error:
        watch.log(f"{what}: stopped by {type(error).__name__}")
        with suppress(CopydeskError):  # what stopped the run is the thing to tell, not that this failed too
            store.finish_run(info, run.tally.inputs, "failed")
            store.publish()
        raise


def relate_loaded(run: Run) -> None:
    """`relate`; when it fails no article is lost: the run says so, and the next run does what is left in the queue."""
    try:
        relate(run)
    except Exception as error:
        why = str(error) if isinstance(error, CopydeskError) else f"{type(error).__name__}: {error}"
        message = (
            f"links and groups are not up to date ({' '.join(why.split())[:300]}); all articles are loaded, "
            "and the next run works out what is left"
        )
        run.warnings.insert(0, message)
        watch.warn(
            "copydesk.relate.failed", message, f"copydesk.warehouse.{run.settings.warehouse.stem}", {"what": run.what}
        )


def read_batches(inputs: list[str], run: Run) -> Iterator[Batch]:
    """The documents of all inputs in batches, counted as they are read and never held all at once."""
    settings = run.settings
    if (is_seen() or flow_run_id() is not None) and settings.limit is None:
        run.tally.bytes_expected = size_of(inputs)
    yield from in_batches(islice(_timed(read_all(inputs, settings, fetch), run), settings.limit), run)


def in_batches(stream: Iterable[Document], run: Run, number: int = 0) -> Iterator[Batch]:
    """Documents in batches, the first of which has this number; counted as inputs of the run as they come."""
    settings = run.settings
    documents: list[Document] = []
    size, first = 0, run.tally.inputs
    for document in stream:
        documents.append(document)
        size += len(document.content)
        run.tally.inputs += 1
        run.tally.bytes_read += len(document.content)
        if len(documents) == settings.batch_documents or size >= settings.batch_bytes:
            yield Batch(number, documents, first)
            documents, number, size, first = [], number + 1, 0, run.tally.inputs
    if documents:
        yield Batch(number, documents, first)


def _timed(documents: Iterator[Document], run: Run) -> Iterator[Document]:
    while True:
        started = time.monotonic()
        document = next(documents, None)
        run.steps["read"] = round(run.steps.get("read", 0.0) + time.monotonic() - started, 6)
        if document is None:
            return
        yield document


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
