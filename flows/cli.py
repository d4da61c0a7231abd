"""The command line: arguments in, flows and steps called, answers shown.

Heavy libraries are imported inside the commands that use them, so that `--help` answers in half a second.
"""

import os
import sys
from itertools import chain, islice
from pathlib import Path
from typing import Annotated

import typer

from schemas.errors import CopydeskError, UsageError
from schemas.settings import Settings

#: Fewer and smaller than this is done in this process: starting workers takes longer.
FEW_DOCUMENTS = 4
FEW_BYTES = 1 << 20

app = typer.Typer(
    name="copydesk",
    help="Raw news copy in; clean, checked, de-duplicated, explained articles in DuckDB out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
quarantine_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="What was refused, and why.")
app.add_typer(quarantine_app, name="quarantine")

Inputs = Annotated[
    list[str], typer.Argument(help="Files, folders, an http(s) page, or - for JSON Lines on standard input.")
]
Warehouse = Annotated[
    Path, typer.Option("--warehouse", envvar="COPYDESK_WAREHOUSE", help="The DuckDB file that readers open.")
]
Source = Annotated[str | None, typer.Option("--source", help="The outlet of documents that name none themselves.")]
Workers = Annotated[int | None, typer.Option("--workers", min=1, help="Worker processes; every core unless said.")]
Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
WAREHOUSE = Path("data/copydesk.duckdb")


def main() -> None:
    """Run a command; an error is one sentence on standard error and an exit status."""
    if sys.argv[1:2] in (["extract"], ["explain"]):
        from tasks._language import warm_up

        warm_up()  # half a second beside reading the arguments and the imports
    try:
        app(prog_name="copydesk")
    except CopydeskError as error:
        _fail(error, str(error), error.exit_status)
    except BrokenPipeError:  # the reader has seen enough (`| head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        words = " ".join(str(error).split())[:300]
        _fail(error, f"unexpected {type(error).__name__}: {words} (--debug shows more)", 1)


def _fail(error: Exception, sentence: str, status: int) -> None:
    if "--debug" in sys.argv[1:]:
        import traceback

        traceback.print_exception(error)
    print(f"copydesk: {sentence}", file=sys.stderr)
    sys.exit(status)


@app.command(epilog="Example: copydesk ingest dump.jsonl.gz pages/ --source 'Harbour Standard'")
def ingest(
    inputs: Inputs,
    warehouse: Warehouse = WAREHOUSE,
    source: Source = None,
    workers: Workers = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after so many documents.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Everything through the checks; nothing is kept.")] = False,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait while another run writes.")] = 0.0,
    no_track: Annotated[bool, typer.Option("--no-track", help="The same steps without Prefect.")] = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Read, clean, check and load copy into the warehouse."""
    from flows import early, server, show
    from flows.inputs import require

    if no_track:
        os.environ["COPYDESK_TRACK"] = "0"
    if not debug:  # an error is told in one sentence below; Prefect's log of it goes to its server all the same
        os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    require(inputs)
    early.start_pool(Settings.of(warehouse, source=source, workers=workers, limit=limit, wait_seconds=wait))
    from flows.ingest import ingest as run_ingest

    if not no_track:
        server.set_apart()
    early.start_checks()
    summary = run_ingest(inputs, str(warehouse), source, workers, limit, dry_run, wait)
    if json:
        show.print_json(summary)
    else:
        show.summary(summary)
        if dry_run:
            show.records(summary["refused"], "nothing would be refused")


@app.command(epilog="Example: copydesk extract page.html | jq -r .body")
def extract(inputs: Inputs, source: Source = None, workers: Workers = None, debug: Debug = False) -> None:
    """Clean copy without a warehouse: one JSON record a document, in input order."""
    import orjson

    from flows.document import take_apart_in_time
    from flows.inputs import read_all, require

    settings = Settings.of(source=source, workers=workers)
    require(inputs)
    documents = read_all(inputs, settings)
    few = list(islice(documents, FEW_DOCUMENTS))
    if len(few) < FEW_DOCUMENTS and sum(len(d.content) for d in few) < FEW_BYTES:
        for document in few:
            sys.stdout.buffer.write(orjson.dumps(take_apart_in_time(document, settings)[1].as_record()) + b"\n")
        return
    from flows.pool import Pool

    with Pool(settings) as pool:
        for article in pool.map(chain(few, documents)):
            sys.stdout.buffer.write(orjson.dumps(article.as_record()) + b"\n")


@app.command(epilog="Example: copydesk explain page.html | less -R")
def explain(
    input: Annotated[str, typer.Argument(help="A file, a page, or - ; of a dump, its first document.")],
    source: Source = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """One document, piece by piece: taken for what, by which rule, kept or removed."""
    from flows import show
    from flows.document import take_apart_in_time
    from flows.inputs import read_all, require

    settings = Settings.of(source=source)
    require([input])
    documents = read_all([input], settings)
    document = next(documents, None)
    if document is None:
        raise UsageError(f"{input} holds no document; name a file that does")
    if next(documents, None) is not None:
        print(f"{input} holds several documents; this is the first", file=sys.stderr)
    draft, article = take_apart_in_time(document, settings)
    if json:
        show.print_json(show.explain_as_json(article, draft))
    else:
        show.explain(article, draft)


@app.command(epilog='Example: copydesk query "SELECT source, count(*) FROM articles GROUP BY ALL" --format csv')
def query(
    sql: Annotated[str, typer.Argument(help="One SELECT; the views and columns are in docs/tables.md.")],
    warehouse: Warehouse = WAREHOUSE,
    format: Annotated[str, typer.Option(help="table, csv or json.")] = "table",
    out: Annotated[Path | None, typer.Option(help="Write the rows to this .parquet file instead.")] = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Ask the warehouse in SQL, read-only, also while a load is running."""
    from flows import show
    from warehouse import reports

    if format not in ("table", "csv", "json"):
        raise UsageError(f"--format {format} is not known; say table, csv or json")
    if out is not None:
        if out.suffix != ".parquet":
            raise UsageError(f"--out {out} does not end in .parquet; rows are written as Parquet only")
        count = reports.save_query(warehouse, sql, out)
        print(f"{count:,} rows in {out}", file=sys.stderr)
        return
    with reports.run_query(warehouse, sql) as (columns, rows):
        if json or format == "json":
            show.json_rows(columns, rows)
        elif format == "csv":
            show.csv_lines(columns, rows, sys.stdout)
        else:
            show.table(columns, rows)


@app.command(epilog="Example: copydesk status --json")
def status(warehouse: Warehouse = WAREHOUSE, json: Json = False, debug: Debug = False) -> None:
    """What is in the warehouse, and the last runs."""
    from flows import show
    from warehouse import reports

    report = reports.status(warehouse)
    if json:
        show.print_json(report)
    else:
        show.status(report)


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
        show.records(rows, "nothing is in quarantine")


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


@app.command(epilog="Example: copydesk up --warehouse data/copydesk.duckdb --port 4200")
def up(
    warehouse: Warehouse = WAREHOUSE,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Of the server and UI on 127.0.0.1.")] = 4200,
    workers: Workers = None,
    debug: Debug = False,
) -> None:
    """Prefect server and UI, every deployment of prefect.yaml, and a worker; Ctrl-C stops all.

    With PREFECT_API_URL in the environment it is that server's deployments and worker only.
    """
    from flows.up import up as bring_up

    bring_up(Settings.of(warehouse), port, lambda words: print(words, file=sys.stderr), workers)
