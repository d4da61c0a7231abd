"""`copydesk report`: a command in a file of its own, which flows/cli.py takes in."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from flows.cli import WAREHOUSE, Debug, Json, Warehouse, app
from schemas.settings import Settings


@app.command(epilog="Example: copydesk report --days 7 --out monday.html")
def report(
    out: Annotated[
        Path | None, typer.Option(help="The file to write; beside the warehouse, NAME-report.html, unless said.")
    ] = None,
    warehouse: Warehouse = WAREHOUSE,
    days: Annotated[int, typer.Option(min=1, max=400, help="How many days to look at, to today (UTC).")] = 30,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """One HTML file that tells how things are. Works without a network, on a phone, and printed."""
    from flows import show
    from flows.report import make_report

    with show.waiting("report"):
        told = make_report(Settings.of(warehouse), out or warehouse.with_name(f"{warehouse.stem}-report.html"), days)
    if json:
        show.print_json(told)
    else:
        size = f"{told['bytes'] / 1000:,.0f} kB"
        print(f"{told['out']}: {size}, {told['since']} to {told['until']}; open it in a browser", file=sys.stderr)
