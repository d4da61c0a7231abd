"""`copydesk init`: a command in a file of its own, which flows/cli.py takes in."""

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from flows.cli import Debug, Json, app


@app.command(epilog="Example: copydesk init my-news && cd my-news && copydesk up")
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder; made when there is none.")],
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Lay out a project of your own. Sources, publishers, inbox, prefect.yaml; what is there already stays as it is."""
    from flows import show
    from flows.project import init as lay_out

    made, kept = lay_out(folder)
    if json:
        show.print_json({"made": [str(path) for path in made], "kept": [str(path) for path in kept]})
        return
    for words, paths in (("made", made), ("kept as it was", kept)):
        for path in paths:
            print(show.printable(f"{words}: {path}"))
    print(
        f"Next: cd {shlex.quote(str(folder))}, put a page into inbox/, and run `copydesk ingest inbox`, "
        "or `copydesk up` to have it done every 15 minutes; README.md there says the rest",
        file=sys.stderr,
    )
