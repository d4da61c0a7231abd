"""Articles made anew from the raw documents in the landing folder, by today's rules.

What is left of the landing folder after a warehouse is lost is enough: `reprocess --all` into an empty one gives the
same tables, but for the books of the runs.  Articles are forgotten and made anew a batch at a time, each batch in one
transaction, so a run that dies has dealt with some of them, and with each of these whole.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flows.ingest import take_in
from flows.inputs import require_stored
from flows.landed import chosen_batches, landed_batches, left_behind, make_ready, read_again
from flows.memory import learn
from flows.quarantine import require_refused
from flows.run import Run, one_ahead, open_run, relate_loaded
from flows.server import flow
from flows.watch import leave_artifacts, named_by, run_name
from schemas.settings import Settings
from tasks.batch import Batch, check, join, load, publish, transform
from warehouse.rows import Selection


@flow(name="reprocess", flow_run_name=named_by("reprocess", "source", "since", "until", "all"))
def reprocess(
    warehouse: str | None = None,
    source: str | None = None,
    since: date | None = None,
    until: date | None = None,
    all: bool = False,
    workers: int | None = None,
    wait_seconds: float = 0.0,
) -> dict[str, Any]:
    """Deal again with documents that were last dealt with by other rules than today's.

    Or, whatever their rules: with those of `source`, received on the days (UTC) from `since` to `until`; or with `all`
    documents of the landing folder, also those that are not in the warehouse.  The answer is the run's summary.

    Unless it is narrowed, it first learns what repeats across the documents of each source (`flows.memory.learn`); when
    that is not what was known, it is a new snapshot and so a change of rules, and all is dealt with again.
    """
    narrowed = source is not None or since is not None or until is not None
    selection = Selection(
        source=source,
        since=_midnight(since),
        until=_midnight(until and until + timedelta(days=1)),
    )
    told = {"source": source, "since": since, "until": until, "all": all}
    settings = Settings.of(warehouse, workers=workers, wait_seconds=wait_seconds)
    require_stored(settings, all, narrowed)
    return _carry_out(
        run_name("reprocess", told), settings, selection, learns=not narrowed, older=not (all or narrowed)
    )


@flow(name="replay", flow_run_name=named_by("replay", "documents", "reason", "source"))
def replay(
    documents: Sequence[str] = (),
    warehouse: str | None = None,
    reason: str | None = None,
    source: str | None = None,
    workers: int | None = None,
    wait_seconds: float = 0.0,
) -> dict[str, Any]:
    """Put refused documents through today's rules: those named, or those refused for `reason`, of `source`, or all.

    `documents`: ids, beginnings of ids, or origins.
    """
    selection = Selection(refused=True, reason=reason, source=source, names=tuple(documents))
    told = {"documents": list(documents), "reason": reason, "source": source}
    settings = Settings.of(warehouse, workers=workers, wait_seconds=wait_seconds)
    require_stored(settings)
    require_refused(settings, documents)
    return _carry_out(run_name("replay", told), settings, selection)


def _carry_out(
    what: str, settings: Settings, selection: Selection, learns: bool = False, older: bool = False
) -> dict[str, Any]:
    """`older`: of the selection only what was made by other rules than those that the run has in the end."""
    with open_run(what, settings) as run:
        with left_behind(run) as (dead, batches):
            take_in(batches, dead)
        if learns:
            learn(run)
        if older:
            selection = replace(selection, not_by_rules=run.info.rules_version if run.info else None)
        deal_again(selection, run)
        relate_loaded(run)
        summary = run.finish()
        publish(run)
    leave_artifacts(summary)
    return summary


def deal_again(selection: Selection, run: Run) -> None:
    """The chosen documents, and where all are chosen, before them those of the landing folder that are not loaded."""
    assert run.store is not None
    chosen = run.store.choose(selection)
    if selection == Selection():
        take_in(landed_batches(run, run.store.not_loaded()), run)

    def start(batch: Batch) -> None:
        make_ready(batch, run)
        batch.pending = run.pool.submit(batch.fresh)

    for batch in one_ahead(chosen_batches(run, chosen), start):
        transform(batch, run)
        check(batch, run)
        while (more := join(batch, run)) is not None:
            _add(more, batch, run)
        load(batch, run)
        run.publish_if_due()


def _add(more: Batch, batch: Batch, run: Run) -> None:
    """Documents that turned out to belong to the same articles: dealt with too, but no inputs of the run."""
    more.pending = run.pool.submit(more.fresh)
    transform(more, run)
    check(more, run)
    batch.packs |= more.packs
    batch.helpers |= frozenset(more.packs)
    batch.articles += more.articles
    read_again(batch, run)


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)
