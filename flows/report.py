"""The report: the warehouse read once, a few articles read again from their raw copy, one page written."""

import logging
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.document import take_apart_in_time
from flows.inputs import with_memory
from flows.version import code_version
from schemas.draft import BODY, Piece
from schemas.errors import CopydeskError, UsageError, WarehouseError
from schemas.report import ReadSample, Sample
from schemas.settings import Settings
from tasks.report import render
from warehouse import landing
from warehouse.made import note_made
from warehouse.report import read_report
from warehouse.rows import Pack

logger = logging.getLogger(__name__)

#: Raw copy of more than this is not read again for a sample: it could take seconds.
MOST_BYTES = 2_000_000


def make_report(settings: Settings, out: Path, days: int = 30) -> dict[str, Any]:
    """Write the report of the published warehouse on the last `days` days to `out`, whole or not at all.

    The answer: `out`, `bytes`, `seconds`, the days `since` and `until`, and how many `articles` and `samples`.
    Raises UsageError when `out` cannot be a file, WarehouseError when there is no warehouse or no room.
    """
    begun = time.perf_counter()
    if settings.warehouse.exists() and (out.is_dir() or not out.parent.is_dir()):  # else the reader tells what is wrong
        wrong = "is a folder" if out.is_dir() else f"is in no folder: there is no {out.parent}"
        raise UsageError(f"--out {out} {wrong}; name a file for the report")
    report = read_report(settings.warehouse, days, datetime.now(UTC), code_version())
    samples = read_again(report.samples, settings)
    if lost := sum(1 for sample in samples if not sample.is_in_place):
        logger.warning("the raw copy of %d of %d samples cannot be had from %s", lost, len(samples), settings.landing)
    page = render(report, samples).encode("utf-8", "replace")
    _put_in_place(page, out)
    note_made(settings.warehouse, "report", out)
    return {
        "out": str(out),
        "bytes": len(page),
        "seconds": round(time.perf_counter() - begun, 1),
        "since": report.period.since.isoformat(),
        "until": report.period.until.isoformat(),
        "articles": report.totals.articles,
        "samples": len(samples),
    }


def read_again(samples: Sequence[Sample], settings: Settings) -> list[ReadSample]:
    """The pieces of each sample in their places: the warehouse keeps the order of what was removed, not the place."""
    try:
        settings = with_memory(settings)
    except WarehouseError as error:
        logger.warning("what was learned of sources is left out of the samples: %s", error)
    return [_one_again(sample, settings) for sample in samples]


def _one_again(sample: Sample, settings: Settings) -> ReadSample:
    try:
        document = _raw(sample, settings)
    except CopydeskError as error:
        logger.debug("%s", error)  # told once for all, and beside each sample
        document = None
    if document is None or len(document.content) > MOST_BYTES:
        return _without_places(sample)
    draft, article = take_apart_in_time(document, settings)
    if not draft.pieces:
        return _without_places(sample)
    return ReadSample(sample, draft.pieces, is_as_loaded=article.body == sample.body)


def _raw(sample: Sample, settings: Settings) -> Any:
    if sample.pack is None or sample.received_at is None:
        return None
    wanted = {(sample.document_id, sample.origin)}
    return next(iter(landing.read_documents(settings.landing, Pack(sample.pack, sample.received_at), wanted)), None)


def _without_places(sample: Sample) -> ReadSample:
    body = tuple(Piece(None, place, text, BODY, "") for place, text in enumerate(sample.body.split("\n\n")))
    return ReadSample(sample, body + sample.removed, is_in_place=False)


def _put_in_place(page: bytes, out: Path) -> None:
    unfinished = out.with_name(f".{out.name}.{os.getpid()}.unfinished")
    try:
        unfinished.write_bytes(page)
        unfinished.replace(out)
    except OSError as error:
        raise WarehouseError(f"cannot write {out}: {error.strerror or error}") from error
    finally:
        unfinished.unlink(missing_ok=True)
