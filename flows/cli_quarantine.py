"""The commands about what was refused."""

from typing import Annotated

import typer

from flows.cli import WAREHOUSE, Debug, Json, NoTrack, Wait, Warehouse, Workers, a_run, app, show_summary
from schemas.settings import Settings

quarantine_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="What was refused, and why.")
app.add_typer(quarantine_app, name="quarantine")


@quarantine_app.command("list", epilog="Example: copydesk quarantine list --reason paywall_stub --limit 20")
def quarantine_list(
    warehouse: Warehouse = WAREHOUSE,
    reason: Annotated[str | None, typer.Option(help="Only those refused for this.")] = None,
    source: Annotated[str | None, typer.Option("--source", help="Only those of this outlet.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the latest first.")] = 50,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """The refused documents, the latest first."""
    from flows import show
    from warehouse import reports

    rows = reports.list_quarantine(warehouse, reason, source, limit)
    if json:
        show.print_json(rows)
    else:
        show.refused(rows)


@quarantine_app.command("show", epilog="Example: copydesk quarantine show 3f9a")
def quarantine_show(
    document: Annotated[str, typer.Argument(help="A document id, its beginning, or an origin.")],
    warehouse: Warehouse = WAREHOUSE,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Why a document was refused, and the beginning of its raw copy."""
    from flows import show
    from flows.quarantine import show_refused

    rows = show_refused(Settings.of(warehouse), document)
    if json:
        show.print_json(rows)
    else:
        show.refusals(rows)


@quarantine_app.command("replay", epilog="Example: copydesk quarantine replay --reason timeout")
def quarantine_replay(
    documents: Annotated[list[str] | None, typer.Argument(help="Document ids, beginnings of them, or origins.")] = None,
    warehouse: Warehouse = WAREHOUSE,
    reason: Annotated[str | None, typer.Option(help="Only those refused for this.")] = None,
    source: Annotated[str | None, typer.Option("--source", help="Only those of this outlet.")] = None,
    workers: Workers = None,
    wait: Wait = 0.0,
    no_track: NoTrack = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Put refused documents through today's rules: all, or those named."""
    from flows.inputs import require_stored
    from flows.quarantine import require_refused

    settings = Settings.of(warehouse, workers=workers, wait_seconds=wait)
    require_stored(settings)
    require_refused(settings, documents or ())
    with a_run(settings, no_track, debug):
        from flows.reprocess import replay

        summary = replay(documents or [], str(warehouse), reason, source, workers, wait)
    show_summary(summary, json)
