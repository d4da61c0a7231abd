"""`copydesk forget`: a command in a file of its own, which flows/cli.py takes in."""

import sys
from typing import Annotated, Any

import typer

from flows.cli import WAREHOUSE, Debug, Json, Wait, Warehouse, app
from schemas.errors import UsageError
from schemas.settings import Settings


@app.command(epilog="Example: copydesk forget https://harbour.example/2026/rail-fares --dry-run")
def forget(
    names: Annotated[
        list[str], typer.Argument(metavar="URL_OR_ID...", help="URLs, ids or beginnings of ids, or origins.")
    ],
    warehouse: Warehouse = WAREHOUSE,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    wait: Wait = 0.0,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Take articles down for good, and keep them out. Every version goes, raw copy, what was learned from them."""
    from flows import show
    from flows.forget import forget as take_down
    from flows.forget import plan
    from warehouse.connection import require_place

    settings = Settings.of(warehouse, wait_seconds=wait)
    if not dry_run and not wait:
        require_place(settings.warehouse)
    told = plan(settings, names)
    is_asked = not (yes or dry_run) and told["documents"]
    if is_asked and not sys.stdin.isatty():
        raise UsageError(
            "forget asks before it deletes, and nobody can answer here: look with --dry-run, then say --yes"
        )
    if is_asked:
        _tell(told)
        if not typer.confirm("Delete all of this for good?", err=True):
            print("nothing was deleted", file=sys.stderr)
            return
    if not dry_run:
        with show.waiting("forget"):
            told = take_down(settings, names)
    if json:
        show.print_json(told)
    else:
        _tell(told)


def _tell(told: dict[str, Any]) -> None:
    from flows import show

    show.records(told["articles"], "no article", "goes" if told["dry_run"] else "gone")
    print(
        f"raw documents: {told['documents']:,}, {told['refused']:,} of them refused, in {told['packs']:,} packs",
        file=sys.stderr,
    )
    for row in told["already"]:
        print(f"{row['name']} was taken down on {row['forgotten_at']:%Y-%m-%d} already", file=sys.stderr)
    if told["related"]:
        rows = [{k: row[k] for k in ("article_id", "source", "kind", "similarity", "title")} for row in told["related"]]
        show.records(rows, "", "others with words of it; they stay, unless you name them too")
    for what, words in (
        ("inputs", "holds it still; delete or change it yourself, or it is refused each time it comes in"),
        ("exports", "was exported before: make it anew, or delete what its tombstones.parquet names"),
        ("reports", "is a report with articles in it; it is deleted, make it anew"),
        ("samples", "is a sample for hand-coding; look whether it has a row to be deleted"),
        ("logs", "names it: end `copydesk up`, delete the file"),
        ("prefect", "may name it, in artifacts and logs: end `copydesk up`, delete the file, its -wal and -shm too"),
    ):
        for path in told[what]:
            print(show.printable(f"{path} {words}"), file=sys.stderr)
