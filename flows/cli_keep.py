"""The commands about keeping what there is: a backup, and the disk that it takes; flows/cli.py takes them in."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.cli import WAREHOUSE, Debug, Json, Warehouse, app
from schemas.settings import Settings


@app.command(epilog="Example: copydesk backup /mnt/other-disk/copydesk")
def backup(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the backup, best on another disk.")],
    warehouse: Warehouse = WAREHOUSE,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Copy the warehouse and what is new of the raw packs. Also during a load. What was taken down goes from there."""
    from flows import show
    from warehouse.backup import backup as copy_to

    settings = Settings.of(warehouse)
    with show.waiting("backup"):
        told = copy_to(settings.warehouse, settings.landing, folder)
    if json:
        show.print_json(told)
        return
    kept = f"; {told['kept']:,} packs are in the backup only" if told["kept"] else ""
    print(
        f"{told['packs']:,} new packs and the warehouse, {told['bytes'] / 1e6:,.1f} MB, are in {folder}{kept}; try it "
        f"with copydesk check --warehouse {folder / warehouse.name}",
        file=sys.stderr,
    )


@app.command(epilog="Example: copydesk forecast --days 30")
def forecast(
    warehouse: Warehouse = WAREHOUSE,
    days: Annotated[int, typer.Option(min=1, help="Go by what came in over so many days, to now.")] = 30,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """How much disk raw packs and warehouse take in 30 and 365 days."""
    from flows import show
    from warehouse.backup import forecast as look_ahead

    settings = Settings.of(warehouse)
    told = look_ahead(settings.warehouse, settings.landing, days, datetime.now(UTC))
    if json:
        show.print_json(told)
        return
    rows = [{k: v if k == "what" else f"{v / 1e6:,.1f} MB" for k, v in row.items()} for row in told["rows"]]
    show.records([{k.replace("bytes", "now", 1) if k == "bytes" else k: v for k, v in r.items()} for r in rows], "")
    full = f"; full in {told['full_in_days']:,} days" if told["full_in_days"] is not None else ""
    print(
        f"by {told['documents_per_day']:,} documents a day over {told['days']:,} days; "
        f"{told['free_bytes'] / 1e9:,.1f} GB are free{full}",
        file=sys.stderr,
    )
