"""What the commands that run a flow have in common: what comes before it, and how its end is shown."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flows.guard import GC_THRESHOLD
from schemas.settings import Settings


@contextmanager
def a_run(
    settings: Settings, no_track: bool, debug: bool, dry_run: bool = False, is_fetching: bool = False
) -> Iterator[None]:
    """What must be so before a flow is imported, and what is better started early; `is_fetching`: see `open_run`."""
    from flows import early, server
    from flows.inputs import with_memory
    from warehouse.connection import require_place

    if not (settings.wait_seconds or dry_run):
        require_place(settings.warehouse)  # before seconds are spent on starting what will not be needed
    gc.set_threshold(*GC_THRESHOLD)
    if no_track:
        os.environ["COPYDESK_TRACK"] = "0"
    is_tracked = os.environ.get("COPYDESK_TRACK") != "0"
    if is_tracked:
        server.start_early()
    if not debug:  # an error is told in one sentence below; Prefect's log of it goes to its server all the same
        os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    early.start_pool(with_memory(settings))
    import flows.ingest  # noqa: F401 - before Great Expectations, see early.start_checks

    if not is_fetching:
        early.start_checks()
    try:
        if is_tracked:
            server.wait()
        yield
    finally:
        early.drop_pool()


def show_summary(summary: dict[str, Any], json: bool) -> None:
    """The end of a run, for a person or as JSON."""
    from flows import show

    if json:
        show.print_json(summary)
        return
    show.summary(summary)
    if summary["dry_run"]:
        show.records(summary["refused"], "nothing would be refused")
