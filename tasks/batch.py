"""The steps as Prefect tasks over batches; the only file here that imports Prefect.

A task run costs 12 to 30 ms, so a task is a step on a batch of hundreds of documents, never on one.

With `COPYDESK_TRACK=0` in the environment (the command line sets it for `--no-track`, before this is imported)
`task` returns the function as it is, and so does `flow` of flows/server.py: the very same code runs, without retries
and without Prefect, whose import and server start cost more than a small run does.
"""

import functools
import inspect
import logging
import os
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from schemas.article import Article
from schemas.collected import VisitNote
from schemas.document import Document
from schemas.errors import CopydeskError, WarehouseError
from schemas.run import ExpectationResult
from schemas.settings import Settings
from warehouse.rows import Pack, Pair

F = TypeVar("F", bound=Callable[..., Any])
TRACKED = os.environ.get("COPYDESK_TRACK") != "0"


class Pending(Protocol):
    """Articles being made in other processes."""

    def articles(self) -> list[Article]:
        """Wait for them."""
        ...


class Run(Protocol):
    """What the steps need of the run they belong to: `store`, None in a dry run; `checks`, None where they run here."""

    store: Any
    info: Any
    steps: dict[str, float]
    crawl: Any
    checks: Any

    def count(self, batch: "Batch", outcomes: list[str]) -> None:
        """Write down what became of each input of a batch, in order."""
        ...


class Batch:
    """A few hundred documents on their way, and what each step made of them.

    `first_position`: the place of the first in the run, from 0.  `packs`: where in the landing folder bytes are.
    `fresh`: the documents that must be dealt with; `retried`: those of them that were refused before, by other rules.
    `visits`: the requests by which they came, when they were collected.  `is_landed`: `land` was done.
    `kept_out`: ids of documents that belong to articles which were taken down.
    `again`, `forgotten`, `helpers`: of documents that are dealt with again, see `tasks.load.Incoming`.
    A plain class and changed in place on purpose: Prefect walks through every dataclass and list given to a task,
    which for the pieces of 256 articles takes longer than loading them.
    """

    def __init__(
        self, number: int, documents: list[Document], first_position: int, packs: dict[Pair, Pack] | None = None
    ):
        self.number = number
        self.documents = documents
        self.first_position = first_position
        self.packs = packs or {}
        self.retried: set[Pair] = set()
        self.again = False
        self.forgotten: frozenset[str] = frozenset()
        self.helpers: frozenset[Pair] = frozenset()
        self.visits: list[VisitNote] = []
        self.is_landed = False
        self.kept_out: set[str] = set()
        self.fresh: list[Document] = []
        self.pending: Pending | None = None
        self.articles: list[Article] = []
        self.results: list[ExpectationResult] = []
        self.source_results: list[ExpectationResult] = []

    def __str__(self) -> str:
        count = len(self.documents)
        return f"batch {self.number + 1} ({count} document{'' if count == 1 else 's'})"


def printable(text: object) -> str:
    """On one line and safe to store anywhere: white space as one space, what cannot be seen (half surrogates, NUL,
    escape codes, marks that turn the direction of writing) as its escape.
    """
    words = " ".join(str(text).split())
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in words)


if TRACKED:
    for name, value in {
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",  # the first start ever takes 15 s on a quiet machine
    }.items():
        os.environ.setdefault(name, value)
    if "PREFECT_LOGGING_LEVEL" not in os.environ:  # what somebody asked for stands
        # Our lines are in the flow run's log at INFO; a line of Prefect's for each end of a task would drown them.
        # The environment is for what sets up logging later, the level for where it is set up already (a worker's runs).
        for name, level in {"prefect": "WARNING", "prefect.flow_runs": "INFO", "prefect.task_runs": "WARNING"}.items():
            os.environ.setdefault(f"PREFECT_LOGGING_LOGGERS_{name.replace('.', '_').upper()}_LEVEL", level)
            logging.getLogger(name).setLevel(level)
    import prefect
    from prefect.cache_policies import NO_CACHE
    from prefect.context import FlowRunContext
    from prefect.logging.loggers import flow_run_logger
    from prefect.runtime import flow_run
    from prefect.states import get_state_exception

    def task(**options: Any) -> Callable[[F], F]:  # pyright: ignore[reportRedeclaration]
        """`prefect.task` whose results are neither cached nor kept."""
        return prefect.task(cache_policy=NO_CACHE, persist_result=False, **options)  # type: ignore[return-value]

    def _passes(_task: Any, _run: Any, state: Any) -> bool:
        """Whether the failure is one that may pass by itself: a disk, a network, a page that did not answer.

        The other kinds of `CopydeskError` are mistakes that stay; only `fetch_page` raises one of no kind.
        """
        error = get_state_exception(state)
        return isinstance(error, (OSError, WarehouseError)) or type(error) is CopydeskError

    #: For input and output only; the same copy taken apart again gives the same articles.
    RETRIES: dict[str, Any] = {
        "retries": 3, "retry_delay_seconds": [1, 3, 10], "retry_jitter_factor": 0.5, "retry_condition_fn": _passes
    }  # fmt: skip

    def flow_run_id() -> str | None:
        """The id of the Prefect flow run that is going on."""
        return flow_run.id

    def log(message: str, level: int = logging.INFO) -> None:  # pyright: ignore[reportRedeclaration]
        """A line in the flow run's log, also from within a task; outside of a flow run in the log `copydesk`."""
        context = FlowRunContext.get()
        if context is None or context.flow_run is None:
            logging.getLogger("copydesk").log(level, "%s", printable(message))
        else:
            flow_run_logger(context.flow_run, context.flow).log(level, "%s", printable(message))

else:

    def task(**_: Any) -> Callable[[F], F]:
        """The function as it is."""
        return lambda function: function

    RETRIES = {}

    def flow_run_id() -> str | None:
        """No Prefect, no flow run."""
        return None

    def log(message: str, level: int = logging.INFO) -> None:
        """A line in the log `copydesk`."""
        logging.getLogger("copydesk").log(level, "%s", printable(message))


# The steps -----------------------------------------------------------------------------------------------------------


@task(name="fetch", task_run_name="fetch {url}", **RETRIES)
def fetch(url: str, settings: Settings) -> Document:
    """One page of the web, as a document."""
    from tasks.fetch import fetch_page

    return fetch_page(url, settings)


def step(name: str, **options: Any) -> Callable[[F], F]:
    """A task on a batch, or on the whole run, whose seconds are counted in `run.steps`; `run` is its last argument."""

    def decorate(function: F) -> F:
        @functools.wraps(function)
        def timed(*arguments: Any) -> Any:
            started, steps = time.monotonic(), arguments[-1].steps
            try:
                return function(*arguments)
            finally:
                steps[name] = round(steps.get(name, 0.0) + time.monotonic() - started, 6)

        title = f"{name} {{batch}}" if len(inspect.signature(function).parameters) == 2 else name
        return task(name=name, task_run_name=title, **options)(timed)  # type: ignore[type-var]

    return decorate


@step("collect")
def receive(batch: Batch, run: Run) -> None:
    """Wait for pages of the web, as many as make a batch."""
    run.crawl.fill(batch)


@step("land", **RETRIES)
def land(batch: Batch, run: Run) -> None:
    """Keep the raw documents that are new in the landing folder; those that were dealt with before drop out.

    What stands twice in a batch is dealt with once.  What stands in the batch before this one, which may not be loaded
    yet, is dealt with again, and found unchanged when it is loaded.
    """
    if batch.is_landed:  # what was collected is landed as it comes
        return
    # Of equal ones the first counts, as it does where they stand in two batches.
    fresh = {(document.document_id, document.origin): document for document in reversed(batch.documents)}
    fresh = dict(reversed(fresh.items()))
    if run.store is not None:
        from tasks._tombstones import find_unread

        for pair in find_unread(run.store, list(fresh.values())):
            del fresh[pair]
        for pair, settled in run.store.settled(list(fresh)).items():
            if settled.holds(run.info.rules_version):
                del fresh[pair]
            else:
                batch.packs[pair] = settled.pack
                batch.retried.add(pair)
        if new := [document for pair, document in fresh.items() if pair not in batch.packs]:
            pack = run.store.land(new, batch.visits)
            batch.packs |= {(document.document_id, document.origin): pack for document in new}
        elif batch.visits:
            run.store.note_visits(batch.visits)
        batch.visits = []
        fresh = {p: replace(document, received_at=batch.packs[p].received_at) for p, document in fresh.items()}
    batch.fresh = list(fresh.values())
    batch.is_landed = True


@step("transform")
def transform(batch: Batch, run: Run) -> None:
    """Wait for the articles that the worker processes make of the documents."""
    batch.articles = batch.pending.articles() if batch.pending else []


@step("check")
def check(batch: Batch, run: Run) -> None:
    """Great Expectations on the accepted articles: a failed critical one refuses, a failed warning flags.

    And on what is new of each outlet, beside what the outlet was like so far: what is missed there is told, no more.
    Documents that are tried again are not in it: the refused ones among those dealt with before are no fair sample.
    """
    if not batch.articles:  # nothing new in it: Great Expectations need not even be there
        return
    is_new = [not batch.again and (a.document_id, a.origin) not in batch.retried for a in batch.articles]
    new = [place for place, one in enumerate(is_new) if one]
    history = run.store.history({batch.articles[place].source for place in new}) if run.store is not None else {}
    if run.checks is None:
        from tasks.check import check_all
    else:
        check_all = run.checks.check
    batch.articles, batch.results, batch.source_results = check_all(batch.articles, new, history)


@step("load", **RETRIES)
def load(batch: Batch, run: Run) -> None:
    """Everything the batch came to, in one transaction; then every document of it is counted."""
    if run.store is None:
        refused = {(a.document_id, a.origin) for a in batch.articles if a.outcome != "accepted"}
        outcomes = ["quarantined" if (d.document_id, d.origin) in refused else "loaded" for d in batch.documents]
    else:
        from tasks.load import load_batch

        receipts = load_batch(run.store, run.info, _incoming(batch))
        outcomes = [receipt.outcome for receipt in receipts]
        # Only what belongs to an article that was taken down is refused and has an article.
        batch.kept_out = {r.document_id for r in receipts if r.outcome == "quarantined" and r.article_id}
    run.count(batch, outcomes)


@step("join", **RETRIES)
def join(batch: Batch, run: Run) -> Batch | None:
    """The rest of the documents of articles that this batch's documents turn out to belong to; None when none.

    They are dealt with again too: an article is made from its documents in the order in which they were received.
    """
    from tasks.load import find_joined

    joined = find_joined(run.store, run.info, _incoming(batch))
    if not joined:
        return None
    group = run.store.group(run.store.documents_of(joined))
    batch.forgotten |= {known.article_id for known in group.values() if known.article_id}
    packs = {pair: known.pack for pair, known in group.items() if pair not in batch.packs}
    if not packs:
        return None
    more = Batch(batch.number, run.store.read(packs), batch.first_position, packs)
    more.fresh = more.documents
    return more


def _incoming(batch: Batch) -> Any:
    from tasks.load import Incoming

    return Incoming(
        batch.number, batch.documents, batch.articles, batch.packs, [*batch.results, *batch.source_results],
        batch.first_position, batch.again, batch.forgotten, batch.helpers,
    )  # fmt: skip


@step("relate", **RETRIES)
def relate(run: Run) -> None:
    """Link and group what was loaded with its copies, and with what it contains or quotes."""
    if run.store is not None:
        from tasks.relate import relate as relate_articles

        relate_articles(run.store)


@step("publish", **RETRIES)
def publish(run: Run) -> None:
    """Let readers see what has been loaded."""
    if run.store is not None:
        run.store.publish()
