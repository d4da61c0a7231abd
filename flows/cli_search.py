"""`copydesk search`: a command in a file of its own, which flows/cli.py takes in."""

import sys
from datetime import datetime
from typing import Annotated

import typer

from flows.cli import WAREHOUSE, Debug, Json, Warehouse, app
from schemas.errors import UsageError

PublishedOn = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only what was published on these days; undated never.")
]


@app.command(epilog="Example: copydesk search '\"storm surge\" harbour* NOT cricket' --since 2026-11-01 --limit 20")
def search(
    words: Annotated[
        list[str] | None,
        typer.Argument(help='Words (all of them), "phrases", beginnings*, OR between two, NOT before one, brackets.'),
    ] = None,
    warehouse: Warehouse = WAREHOUSE,
    source: Annotated[str | None, typer.Option("--source", help="Only articles of this outlet.")] = None,
    since: PublishedOn = None,
    until: PublishedOn = None,
    language: Annotated[str | None, typer.Option(help="Only articles in this language (ISO 639-1: en).")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the best first.")] = 10,
    format: Annotated[str, typer.Option(help="table, csv or json.")] = "table",
    follow: Annotated[
        bool, typer.Option("--follow", help="No search: keep the index up to date until stopped, as `up` does.")
    ] = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Find articles by their words, the best first. With the passage that shows why; also during a load.

    Accents and capitals do not matter. What was published since the last search is indexed first.
    """
    from flows import show

    if format not in ("table", "csv", "json"):
        raise UsageError(f"--format {format} is not known; say table, csv or json")
    if follow:
        from flows.index import follow as keep_following

        keep_following(warehouse, lambda words: print(words, file=sys.stderr, flush=True))
        return
    from schemas.search import SearchFilter
    from warehouse.search import search as find

    only = SearchFilter(source, since.date() if since else None, until.date() if until else None, language)
    with show.telling("search") as tell:
        hits = find(warehouse, " ".join(words or ()), only, limit, tell)
    show.hits(hits, "json" if json else format)
