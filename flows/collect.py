"""Collecting: what is new of the configured sources, fetched, landed, and sent the way of all copy (flows/ingest.py).

    sources -> feeds and sitemaps -> pages -> land -> transform -> check -> load -> relate -> publish

A source that fails does not stop the others: what went wrong with it is in `collections`, in the summary, and on a page
of the run.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from flows.gather import Gathering, told_by
from flows.ingest import take_in
from flows.landed import left_behind
from flows.run import Run, in_batches, open_run, relate_loaded
from flows.server import flow
from flows.watch import leave_artifacts, named_by, run_name
from schemas.collected import SourceTally
from schemas.document import Document
from schemas.errors import UsageError
from schemas.settings import Settings
from schemas.source import Source, Window, is_url
from tasks._web_sources import choose, read_sources
from tasks.batch import log, publish
from tasks.read import check_inputs, read_input


@flow(name="collect", flow_run_name=named_by("collect", "sources", "schedule"))
def collect(
    sources: list[str] | None = None,
    warehouse: str | None = None,
    sources_file: str | None = None,
    schedule: str | None = None,
    days: Window | None = None,
    budget: int | None = None,
    workers: int | None = None,
    wait_seconds: float = 0.0,
) -> dict[str, Any]:
    """Fetch and take in what is new; the answer is the run's summary (`Run.finish`), with `sources`: a row of each.

    `sources`: ids, all that are enabled unless said; `schedule`: of those, one group.  `days`: a backfill of these
    days from feeds and sitemaps.  `budget`: requests at most, in place of what the file allows.  `sources_file`: that
    of the project unless said.
    """
    settings = Settings.of(warehouse, workers=workers, wait_seconds=wait_seconds)
    book = read_sources(Path(sources_file) if sources_file else None).spending(budget)
    chosen = choose(book, sources or (), schedule)
    require(chosen)
    if not chosen:  # of a schedule that nothing is on
        log(f"{book.path} has no source to collect" + (f" of the schedule {schedule}" if schedule else ""))
        return {"what": "collect", "inputs": 0, "sources": []}
    window = days or Window()
    with open_run(run_name("collect", {"sources": sources, "schedule": schedule}), settings, is_fetching=True) as run:
        with left_behind(run) as (dead, batches):
            take_in(batches, dead)
        gathering = Gathering(run, book, [source for source in chosen if source.is_web], window)
        take_in(gathering.batches(), run)
        _read_files(chosen, run, gathering.tallies)
        tallies = list(gathering.tallies.values())
        gathering.note(tallies)
        if run.checks is not None:  # nothing more to check: `relate` has use for the memory
            run.checks.stop()
        relate_loaded(run)
        summary = {**run.finish(), "sources": [row(tally) for tally in tallies]}
        publish(run)
    leave_artifacts(summary)
    return summary


def require(sources: Iterable[Source]) -> None:
    """`UsageError` for the first file or folder of a source that is not there."""
    for source in sources:
        paths = [address for address in source.addresses if not is_url(address)]
        try:
            check_inputs(paths)
        except UsageError as error:
            raise UsageError(f"source {source.id}: {error}") from None


def row(tally: SourceTally) -> dict[str, Any]:
    """What came of a source, JSON-ready."""
    return {
        "source": tally.source.id, "requests": tally.requests, "bytes": tally.bytes, "found": tally.found,
        **tally.outcomes, "detail": tally.detail,
    }  # fmt: skip


def _read_files(sources: Sequence[Source], run: Run, tallies: dict[str, SourceTally]) -> None:
    """Take in the sources that are files: archives, dumps, folders; what is known already comes out as unchanged."""
    for source in sources:
        if not source.paths:
            continue
        tally = tallies.setdefault(source.id, SourceTally(source))
        take_in(in_batches(_documents(source, run.settings, tally), run), run)
        log(f"{source.id}: {tally.found:,} documents read")


def _documents(source: Source, settings: Settings, tally: SourceTally) -> Iterator[Document]:
    for path in source.paths:
        for document in read_input(path, settings):
            tally.found += 1
            tally.bytes += len(document.content)
            yield told_by(source, document)
