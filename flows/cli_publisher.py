"""The commands about rules for outlets; flows/cli.py takes them in."""

import sys
from typing import Annotated

import typer

from flows.cli import Debug, Json, app
from schemas.errors import UsageError

publisher_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Rules for outlets that the general way gets wrong."
)
app.add_typer(publisher_app, name="publisher")


@publisher_app.command(epilog="Example: copydesk publisher draft https://news.example/2026/11/ferry-sold.html")
def draft(
    page: Annotated[str, typer.Argument(help="One article of the outlet: an HTML file, or its http(s) address.")],
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Write a rule file for the outlet of a page. With the page and its record as a golden pair to correct."""
    from flows import publishers, show
    from flows.inputs import read_all, require
    from schemas.settings import Settings

    require([page])
    document = next(read_all([page], Settings()), None)
    if document is None:
        raise UsageError(f"{page} holds no document; name a page")
    written = [str(path) for path in publishers.draft(document)]
    if json:
        show.print_json({"written": written})
        return
    print("\n".join(written))
    then = "Correct the .json by hand, take the # off the rules that are needed, then: copydesk publisher check"
    print(then, file=sys.stderr)


@publisher_app.command(epilog="Example: copydesk publisher check")
def check(json: Json = False, debug: Debug = False) -> None:
    """Whether rule files are right and golden pages as wanted. Exit status 1 when not."""
    from flows import publishers, show
    from schemas.errors import RunFailed

    wrong = publishers.check()
    if json:
        show.print_json(wrong)
    else:
        show.records(wrong, "All rules are right, and all golden pages come out as wanted.")
    if wrong:
        pages = len({(row["publisher"], row["page"]) for row in wrong})
        raise RunFailed(
            f"{pages} golden pages of outlets do not come out as wanted; mend the rules, or the golden file"
        )
