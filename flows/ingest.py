"""The whole pipeline: raw copy in, clean checked articles in the warehouse.

    read -> land -> transform (extract or strip, repeats, normalise, refuse) -> check -> load -> relate -> publish

Documents go through in batches.  While a batch is checked and loaded here, the worker processes are at work on the
one after it.  Every document of a run ends as exactly one outcome; a run that cannot say so fails.
"""

from collections.abc import Iterable
from typing import Any

from flows.inputs import require
from flows.landed import left_behind
from flows.run import Run, one_ahead, open_run, read_batches, relate_loaded
from flows.server import flow
from flows.watch import leave_artifacts, named_by, run_name
from schemas.settings import Settings
from tasks.batch import Batch, check, land, load, publish, transform


@flow(name="ingest", flow_run_name=named_by("ingest", "inputs"))
def ingest(
    inputs: list[str],
    warehouse: str | None = None,
    source: str | None = None,
    workers: int | None = None,
    limit: int | None = None,
    dry_run: bool = False,
    wait_seconds: float = 0.0,
) -> dict[str, Any]:
    """Take in files, folders, `-` or pages; the answer is the run's summary (`Run.finish`).

    `warehouse`, `source`, `workers`, `limit`: see `Settings`; what is not said is its default.  `dry_run`: everything
    through the checks, nothing kept.  `wait_seconds`: how long to wait for another writer before `WarehouseBusy`.
    """
    settings = Settings.of(warehouse, source=source, workers=workers, limit=limit, wait_seconds=wait_seconds)
    require(inputs)
    with open_run(run_name("ingest", {"inputs": inputs}), settings, dry_run) as run:
        with left_behind(run) as (dead, batches):
            take_in(batches, dead)
        take_in(read_batches(inputs, run), run)
        relate_loaded(run)
        summary = run.finish()
        publish(run)
    leave_artifacts(summary)
    return summary


def take_in(batches: Iterable[Batch], run: Run) -> None:
    """The way of every batch."""

    def start(batch: Batch) -> None:
        land(batch, run)
        batch.pending = run.pool.submit(batch.fresh)

    for batch in one_ahead(batches, start):
        transform(batch, run)
        check(batch, run)
        load(batch, run)
        run.publish_if_due()
