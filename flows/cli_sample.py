"""`copydesk sample`: a command in a file of its own, which flows/cli.py takes in."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from flows.cli import WAREHOUSE, Day, Debug, Json, Warehouse, app
from schemas.errors import UsageError
from schemas.settings import Settings


@app.command(epilog="Example: copydesk sample 60 --by source --out sample.csv; copydesk sample --codes sample.csv")
def sample(
    number: Annotated[int | None, typer.Argument(metavar="N", min=1, help="How many articles to draw.")] = None,
    codes: Annotated[Path | None, typer.Option(help="Read this coded file back into precision instead.")] = None,
    out: Annotated[Path, typer.Option(help="The .csv or .jsonl file to write.")] = Path("sample.csv"),
    by: Annotated[str, typer.Option(help="Strata: source, language, section or month.")] = "source",
    seed: Annotated[int, typer.Option(help="The same seed draws the same articles.")] = 1,
    source: Annotated[str | None, typer.Option("--source", help="Only articles of this outlet.")] = None,
    since: Day = None,
    until: Day = None,
    warehouse: Warehouse = WAREHOUSE,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Draw articles at random for a person to judge. Or read what was judged into precision with intervals."""
    from flows import show
    from flows.sample import read_back, write_sample

    if (number is None) == (codes is None):
        raise UsageError("say how many articles to draw, as in `copydesk sample 60`, or --codes FILE to read back")
    if codes is not None:
        rows = read_back(codes)
        if json:
            show.print_json(rows)
        else:
            named = [{**row, "stratum": "(all)" if row["stratum"] is None else row["stratum"]} for row in rows]
            show.records(named, "no codes")
        return
    settings = Settings.of(warehouse, source=source)
    with show.waiting("sample"):
        told = write_sample(settings, number or 0, out, by, seed, since and since.date(), until and until.date())
    if json:
        show.print_json(told)
        return
    show.records(told["strata"], "")
    print(
        f"{told['articles']:,} articles in {out}: write yes or no into title_right, authors_right, date_right, "
        f"body_complete and body_clean, then run copydesk sample --codes {out}",
        file=sys.stderr,
    )
