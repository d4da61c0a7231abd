"""`copydesk diff`: a command in a file of its own, which flows/cli.py takes in."""

from typing import Annotated

import typer

from flows.cli import WAREHOUSE, Debug, Json, Warehouse, app


@app.command(epilog="Example: copydesk diff 9f3c21ab; copydesk diff 9f3c21ab https://news.example/ferry")
def diff(
    article: Annotated[str, typer.Argument(metavar="ARTICLE", help="An id or its beginning, a URL, or an origin.")],
    other: Annotated[
        str | None, typer.Argument(metavar="[OTHER]", help="Another article: which words both have.")
    ] = None,
    warehouse: Warehouse = WAREHOUSE,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """What changed between versions, or what two articles share. Titles, figures and paragraphs; or passages."""
    from flows import show, show_diff
    from flows.diff import edits_of, shared_words

    told = edits_of(warehouse, article) if other is None else shared_words(warehouse, article, other)
    if json:
        show.print_json(told)
    elif other is None:
        show_diff.edits(told)
    else:
        show_diff.passages(told)
