"""The commands that collect: arguments in, the flow called, answers shown."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from flows.cli import WAREHOUSE, Day, Debug, Json, NoTrack, Wait, Warehouse, Workers, app
from flows.cli_run import a_run, show_summary
from schemas.errors import CopydeskError, UsageError
from schemas.settings import Settings

sources_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="What is collected, and whether it works.")
app.add_typer(sources_app, name="sources")

Ids = Annotated[
    list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Ids of sources; all that are enabled unless said.")
]
File = Annotated[
    Path | None, typer.Option("--sources", help="The file of sources; the project's sources.toml unless said.")
]


@app.command(epilog="Example: copydesk collect harbour-standard --since 2026-11-01 --until 2026-11-07")
def collect(
    sources: Ids = None,
    warehouse: Warehouse = WAREHOUSE,
    file: File = None,
    schedule: Annotated[str | None, typer.Option(help="Only the sources of this group: hourly, daily, ...")] = None,
    since: Day = None,
    until: Day = None,
    budget: Annotated[
        int | None, typer.Option(min=1, help="Requests at most, in all; what is left over is for the next run.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Ask the feeds, and say what would be fetched.")] = False,
    workers: Workers = None,
    wait: Wait = 0.0,
    no_track: NoTrack = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Fetch what is new from the configured sources, and ingest it. With days, what they say is of those days."""
    from schemas.source import Window, is_url
    from tasks._web_sources import choose, read_sources

    book = read_sources(file).spending(budget)
    chosen = choose(book, sources or (), schedule)
    if not chosen:
        raise UsageError(
            f"{book.path} has no source to collect{' of this schedule' if schedule else ''}: "
            "draft one with `copydesk sources add URL`"
        )
    window = Window(since and since.date(), until and until.date())
    if dry_run:
        from flows import show
        from flows.sources import whats_new

        rows = list(whats_new(book, chosen, window, warehouse))
        if json:
            show.print_json(rows)
        else:
            show.records(rows, "nothing new")
        return
    from tasks.read import check_inputs

    for source in chosen:
        check_inputs(address for address in source.addresses if not is_url(address))
    settings = Settings.of(warehouse, workers=workers, wait_seconds=wait)
    with a_run(settings, no_track, debug, is_fetching=True):
        from flows.collect import collect as run_collect

        ids = [source.id for source in chosen]
        summary = run_collect(ids, str(warehouse), str(book.path), None, window, budget, workers, wait)
    show_summary(summary, json)


@sources_app.command("check", epilog="Example: copydesk sources check --sources my_sources.toml")
def sources_check(sources: Ids = None, file: File = None, json: Json = False, debug: Debug = False) -> None:
    """Try each source, and tell what is there. Exit status 1 when one of them does not work."""
    from flows import show
    from flows.sources import check_sources
    from tasks._web_sources import choose, read_sources

    book = read_sources(file)
    rows = list(check_sources(book, choose(book, sources or ())))
    if json:
        show.print_json(rows)
    else:
        show.records(rows, f"{book.path} has no source: draft one with `copydesk sources add URL`")
    if failed := sorted({row["source"] for row in rows if row["status"] == "failed"}):
        raise CopydeskError(f"of the sources in {book.path} these do not work: {', '.join(failed)}")


@sources_app.command("add", epilog="Example: copydesk sources add https://harbour.example >> seeds/sources.toml")
def sources_add(
    url: Annotated[str, typer.Argument(help="A site's front page, or a feed.")],
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Sites of this machine or network too.")
    ] = False,
    debug: Debug = False,
) -> None:
    """Find a site's feeds and sitemaps, and draft its entry. On standard output."""
    from flows.sources import draft_source

    sys.stdout.write(draft_source(url, allow_private))
