"""The steps as Prefect tasks over batches; the only file here that imports Prefect.

A task run costs 12 to 30 ms, so a task is a step on a batch of hundreds of documents, never on one.

With `COPYDESK_TRACK=0` in the environment (the command line sets it for `--no-track`, before this is imported)
`flow` and `task` return the function as it is: the very same code runs, without retries and without Prefect, whose
import and server start cost more than a small run does.
"""

import os
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from schemas.article import Article
from schemas.document import Document
from schemas.errors import CopydeskError, WarehouseError
from schemas.run import ExpectationResult
from schemas.settings import Settings
from warehouse.rows import Pack

F = TypeVar("F", bound=Callable[..., Any])
TRACKED = os.environ.get("COPYDESK_TRACK") != "0"


class Pending(Protocol):
    """Articles being made in other processes."""

    def articles(self) -> list[Article]:
        """Wait for them."""
        ...


class Run(Protocol):
    """What the steps need of the run they belong to; `store` is None in a dry run."""

    store: Any
    info: Any

    def count(self, batch: "Batch", outcomes: list[str]) -> None:
        """Write down what became of each document of a batch."""
        ...


class Batch:
    """A few hundred documents on their way, and what each step made of them.

    `first_position`: the place of the first in the run, from 0.  `fresh`: those that must be dealt with.
    A plain class and changed in place on purpose: Prefect walks through every dataclass and list given to a task,
    which for the pieces of 256 articles takes longer than loading them.
    """

    def __init__(self, number: int, documents: list[Document], first_position: int):
        self.number = number
        self.documents = documents
        self.first_position = first_position
        self.fresh: list[Document] = []
        self.pack: Pack | None = None
        self.pending: Pending | None = None
        self.articles: list[Article] = []
        self.results: list[ExpectationResult] = []

    def __str__(self) -> str:
        return f"batch {self.number} ({len(self.documents)} documents)"


if TRACKED:
    for name, value in {
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",  # the first start ever takes 15 s on a quiet machine
    }.items():
        os.environ.setdefault(name, value)
    import prefect
    from prefect.artifacts import create_markdown_artifact
    from prefect.cache_policies import NO_CACHE
    from prefect.runtime import flow_run
    from prefect.states import get_state_exception

    def flow(**options: Any) -> Callable[[F], F]:  # pyright: ignore[reportRedeclaration]
        """`prefect.flow`."""
        return prefect.flow(persist_result=False, **options)  # type: ignore[return-value]

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

    def leave_summary(name: str, markdown: str) -> None:
        """Name the flow run for what it did, and leave the summary with it as an artifact."""
        create_markdown_artifact(markdown, key="ingest-summary", description=name)
        if flow_run.id:
            with prefect.get_client(sync_client=True) as client:
                client.update_flow_run(flow_run.id, name=name)

else:

    def flow(**_: Any) -> Callable[[F], F]:
        """The function as it is."""
        return lambda function: function

    def task(**_: Any) -> Callable[[F], F]:
        """The function as it is."""
        return lambda function: function

    RETRIES = {}

    def flow_run_id() -> str | None:
        """No Prefect, no flow run."""
        return None

    def leave_summary(name: str, markdown: str) -> None:
        """No Prefect, nowhere to leave it."""


# The steps -----------------------------------------------------------------------------------------------------------


@task(name="fetch", task_run_name="fetch {url}", **RETRIES)
def fetch(url: str, settings: Settings) -> Document:
    """One page of the web, as a document."""
    from tasks.fetch import fetch_page

    return fetch_page(url, settings)


@task(name="land", task_run_name="land {batch}", **RETRIES)
def land(batch: Batch, run: Run) -> None:
    """Keep the raw documents that must be dealt with in the landing folder; the rest were dealt with before.

    What stands twice in a batch is dealt with once.  What stands in the batch before this one, which may not be loaded
    yet, is dealt with again, and found unchanged when it is loaded.
    """
    # Of equal ones the first counts, as it does where they stand in two batches.
    pairs = {(document.document_id, document.origin): document for document in reversed(batch.documents)}
    pairs = dict(reversed(pairs.items()))
    if run.store is not None:
        for pair in run.store.seen(list(pairs), run.info.rules_version):
            del pairs[pair]
        batch.pack = run.store.land(list(pairs.values())) if pairs else None
    batch.fresh = list(pairs.values())


@task(name="transform", task_run_name="transform {batch}")
def transform(batch: Batch) -> None:
    """Wait for the articles that the worker processes make of the documents."""
    batch.articles = batch.pending.articles() if batch.pending else []


@task(name="check", task_run_name="check {batch}")
def check(batch: Batch) -> None:
    """Great Expectations on the accepted articles: a failed critical one refuses, a failed warning flags."""
    if not batch.articles:  # nothing new in it: Great Expectations need not even be there
        return
    from tasks.check import check_articles

    batch.articles, batch.results = check_articles(batch.articles)


@task(name="load", task_run_name="load {batch}", **RETRIES)
def load(batch: Batch, run: Run) -> None:
    """Everything the batch came to, in one transaction; then every document of it is counted."""
    if run.store is None:
        refused = {(a.document_id, a.origin) for a in batch.articles if a.outcome != "accepted"}
        outcomes = ["quarantined" if (d.document_id, d.origin) in refused else "loaded" for d in batch.documents]
    else:
        from tasks.load import Incoming, load_batch

        incoming = Incoming(
            batch.number, batch.documents, batch.articles, batch.pack, batch.results, batch.first_position
        )
        outcomes = [receipt.outcome for receipt in load_batch(run.store, run.info, incoming)]
    run.count(batch, outcomes)


@task(name="relate", task_run_name="relate", **RETRIES)
def relate(run: Run) -> None:
    """Link the articles with the same words."""
    if run.store is not None:
        from tasks.relate import relate as relate_articles

        relate_articles(run.store)


@task(name="publish", task_run_name="publish", **RETRIES)
def publish(run: Run) -> None:
    """Let readers see what has been loaded."""
    if run.store is not None:
        run.store.publish()
