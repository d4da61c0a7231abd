"""What an operator sees in Prefect: names, the log, progress, artifacts and events.

Nothing here does anything without a flow run (`COPYDESK_TRACK=0`), and nothing here stops a run: what Prefect's server
does not take is said in the log, and the run goes on.
"""

import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from flows.server import is_embedded
from schemas.run import Tally
from tasks.batch import TRACKED, flow_run_id, log, printable

#: Characters of a flow run's name; the UI's lists cut off longer ones.
NAME_CHARACTERS = 80
#: Seconds between two updates of the progress, and before another try after one that failed.
PROGRESS_SECONDS = 5.0
PROGRESS_SECONDS_AFTER_FAILURE = 120.0
#: Seconds for an answer to a request, and how many more tries: a server that hangs costs a run 20 s, not minutes.
API_SECONDS = 10.0
API_RETRIES = 1

#: The summary artifact of each flow run of this process: first it holds the progress, in the end what became.
_summaries: dict[str, Any] = {}
#: The progress bar of each, where there is one.
_bars: dict[str, Any] = {}


# Names and lines -----------------------------------------------------------------------------------------------------


def run_name(verb: str, values: Mapping[str, Any]) -> str:
    """What a run does, short enough for a list: `ingest inbox`, `reprocess source Harbour Standard since 2026-01-01`.

    A list stands for itself, of another value its name is told too, one that is None or False is passed over.
    """
    words = [verb]
    for name, value in values.items():
        if isinstance(value, (list, tuple)) and value:
            shown = [_shortened(printable(item), 40) if item != "-" else "standard input" for item in value[:3]]
            words.append(", ".join(shown) + (f" and {len(value) - 3:,} more" if len(value) > 3 else ""))
        elif value is True:
            words.append(name.replace("_", " "))
        elif value not in (None, False, [], ()):
            words.append(f"{name.replace('_', ' ')} {_shortened(printable(value), 40)}")
    return _shortened(" ".join(words), NAME_CHARACTERS)


def _shortened(text: str, length: int) -> str:
    """The end of a path or URL says most."""
    return text if len(text) <= length else text[: length // 4] + "…" + text[len(text) - length + length // 4 + 1 :]


def named_by(verb: str, *parameters: str) -> Callable[[], str]:
    """For `flow_run_name`: the `run_name` of those parameters of the flow run that begins."""

    def name() -> str:
        from prefect.runtime import flow_run

        given = flow_run.parameters
        return run_name(verb, {parameter: given.get(parameter) for parameter in parameters})

    return name


def batch_line(
    number: int, documents: int, outcomes: Mapping[str, int], reasons: Mapping[str, int], seconds: float
) -> str:
    """A batch in one line: `batch 3: 256 documents: 246 loaded, 10 quarantined (8 too_short, 2 empty); 7.1 s`.

    `number` as a person counts; `outcomes` and `reasons` are of this batch alone.
    """
    told = [
        f"{count:,} {outcome}" + (f" ({_counts(reasons)})" if outcome == "quarantined" and reasons else "")
        for outcome, count in outcomes.items()
        if count
    ]
    return f"batch {number:,}: {documents:,} documents: {', '.join(told) or 'nothing'}; {seconds:,.1f} s"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{n:,} {name}" for name, n in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if n)


# Artifacts -----------------------------------------------------------------------------------------------------------


@contextmanager
def progress_artifact(what: str) -> Iterator[Callable[[Tally], None]]:
    """A function to call with the `Tally` after each batch; it keeps the run's summary artifact up to date.

    It is the very artifact that holds the summary in the end, so a run has one page that is always right, also when it
    was killed: then it says how far it came.  Where it is known how much there is to do (`Tally.share_done`), a
    progress bar stands beside it.
    """
    if not TRACKED or flow_run_id() is None:
        yield lambda tally: None
        return
    from flows.artifacts import headline, progress_page

    started = time.monotonic()
    due = started + PROGRESS_SECONDS
    latest = Tally()

    def put(state: str, error: str | None = None) -> bool:
        page = progress_page(what, latest, time.monotonic() - started, error)
        with api("leave its progress") as client:
            _put_summary(client, f"{state}: {headline(latest.as_dict())}", page)
            if latest.share_done is not None:
                _put_bar(client, what, latest.share_done)
            return True
        return False

    def show(tally: Tally) -> None:
        nonlocal due, latest
        latest = tally
        if time.monotonic() >= due:
            kept = put("under way")
            due = time.monotonic() + (PROGRESS_SECONDS if kept else PROGRESS_SECONDS_AFTER_FAILURE)

    try:
        yield show
    except Exception as error:
        put("stopped", f"{type(error).__name__}: {error}")
        raise
    if flow_run_id() in _bars:
        with api("leave its progress") as client:
            _put_bar(client, what, 1.0)


def leave_artifacts(summary: Mapping[str, Any]) -> None:
    """At the end of a run: its summary as a page, tables of what came and of what went wrong, its name and its tags.

    `summary`: what `Run.finish` gives; what it lacks is left out.
    """
    if not TRACKED or (run := flow_run_id()) is None:
        return
    from prefect.client.schemas.actions import ArtifactCreate

    from flows.artifacts import headline, summary_page, tables, title

    with api("leave its summary") as client:
        _put_summary(client, headline(summary), summary_page(summary))
        for what, description, rows in tables(summary):
            key = f"{_flow_name()}-{what}"
            client.create_artifact(
                ArtifactCreate(key=key, type="table", description=description, data=rows, flow_run_id=UUID(run))
            )
        client.update_flow_run(UUID(run), name=printable(title(summary)), tags=_tags(summary))


def leave_page(key: str, description: str, page: str) -> None:
    """A page of Markdown as an artifact of the flow run; `key`: what all pages of its kind are found under."""
    if not TRACKED or (run := flow_run_id()) is None:
        return
    from prefect.client.schemas.actions import ArtifactCreate

    with api("leave a page") as client:
        told = printable(description)
        client.create_artifact(
            ArtifactCreate(key=key, type="markdown", description=told, data=page, flow_run_id=UUID(run))
        )


def _put_summary(client: Any, description: str, page: str) -> None:
    """Made the first time, changed in place afterwards; the UI reads the description as Markdown too."""
    from prefect.client.schemas.actions import ArtifactCreate, ArtifactUpdate

    run = flow_run_id() or ""
    if run in _summaries:
        client.update_artifact(_summaries[run], ArtifactUpdate(data=page, description=description))
    else:
        key = f"{_flow_name()}-summary"
        made = client.create_artifact(
            ArtifactCreate(key=key, type="markdown", description=description, data=page, flow_run_id=UUID(run))
        )
        _summaries[run] = made.id


def _put_bar(client: Any, what: str, share: float) -> None:
    from prefect.client.schemas.actions import ArtifactCreate, ArtifactUpdate

    run, percent = flow_run_id() or "", round(100 * share, 1)
    if run in _bars:
        client.update_artifact(_bars[run], ArtifactUpdate(data=percent))
    else:
        key, told = f"{_flow_name()}-progress", printable(what)
        bar = ArtifactCreate(key=key, type="progress", description=told, data=percent, flow_run_id=UUID(run))
        _bars[run] = client.create_artifact(bar).id


def _tags(summary: Mapping[str, Any]) -> list[str]:
    """Those that it has, and what the list of runs can be narrowed to."""
    from prefect.runtime import flow_run

    marks = {
        "warnings": summary.get("warnings"),
        "refused": summary.get("quarantined"),
        "nothing new": summary.get("inputs", 0) == summary.get("unchanged", 0),
        "dry run": summary.get("dry_run"),
    }
    return sorted({*(flow_run.tags or ()), *(name for name, holds in marks.items() if holds)})


def _flow_name() -> str:
    """As keys of artifacts must be: `nightly-check`."""
    from prefect.runtime import flow_run

    return re.sub(r"[^a-z0-9]+", "-", (flow_run.flow_name or "run").lower())


@contextmanager
def api(what: str) -> Iterator[Any]:
    """A client of Prefect's server that gives up soon; what fails on the way there is a warning and no more."""
    import httpx
    from prefect import get_client
    from prefect.exceptions import PrefectException
    from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings

    try:
        with (
            temporary_settings({PREFECT_CLIENT_MAX_RETRIES: API_RETRIES}),
            get_client(sync_client=True, httpx_settings={"timeout": API_SECONDS}) as client,
        ):
            yield client
    except (httpx.HTTPError, PrefectException) as error:
        log(f"Prefect's server did not let the run {what}: {type(error).__name__}: {error}", logging.WARNING)


# Events --------------------------------------------------------------------------------------------------------------


def is_heard() -> bool:
    """Whether events reach a server that stays, and may have automations; the embedded one ends with its run."""
    return TRACKED and flow_run_id() is not None and not is_embedded()


def warn(event: str, message: str, resource: str, payload: Mapping[str, Any]) -> None:
    """A warning in the log, and an event (`send`)."""
    log(message, logging.WARNING)
    send(event, message, resource, payload)


def send(event: str, message: str, resource: str, payload: Mapping[str, Any]) -> None:
    """An event that automations can act on; Prefect relates it to the flow run.

    `event`: `copydesk.source.silent`, `copydesk.quality.drop`, `copydesk.relate.failed` or `copydesk.run.unbalanced`.
    `resource`: what about, `copydesk.source.harbour-standard` or `copydesk.warehouse.NAME`.
    """
    if not TRACKED or flow_run_id() is None:
        return
    from prefect.events import emit_event
    from prefect.exceptions import EventTooLarge

    about = printable(resource)
    try:
        emit_event(
            event,
            resource={"prefect.resource.id": about, "prefect.resource.name": about.split(".", 2)[-1]},
            payload={**_plain(payload), "message": printable(message)},
        )
    except EventTooLarge as error:
        log(f"the event {event} was not sent: {error}", logging.WARNING)


def _plain(value: Any) -> Any:
    """JSON-ready, without text that a server's database would not take."""
    if isinstance(value, Mapping):
        return {printable(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, float)) else printable(value)
