"""The command line: arguments in, flows and steps called, answers shown.

Heavy libraries are imported inside the commands that use them, so that `--help` answers in half a second.
"""

import os
import sys
from datetime import datetime
from importlib import import_module
from itertools import chain, islice
from pathlib import Path
from typing import Annotated

import typer

from flows.cli_run import a_run, show_summary
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

Inputs = Annotated[
    list[str], typer.Argument(help="Files, folders, an http(s) page, or - for JSON Lines on standard input.")
]
Warehouse = Annotated[
    Path, typer.Option("--warehouse", envvar="COPYDESK_WAREHOUSE", help="The DuckDB file that readers open.")
]
Source = Annotated[str | None, typer.Option("--source", help="The outlet of documents that name none themselves.")]
Workers = Annotated[int | None, typer.Option("--workers", min=1, help="Worker processes; every core unless said.")]
Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
Wait = Annotated[float, typer.Option("--wait", min=0, help="Seconds to wait while another run writes.")]
NoTrack = Annotated[bool, typer.Option("--no-track", help="The same steps without Prefect.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only what was received on these days (UTC).")]
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
    from flows.show import printable  # the sentence may name a file

    print(f"copydesk: {printable(sentence)}", file=sys.stderr)
    sys.exit(status)


@app.command(epilog="Example: copydesk ingest dump.jsonl.gz pages/ --source 'Harbour Standard'")
def ingest(
    inputs: Inputs,
    warehouse: Warehouse = WAREHOUSE,
    source: Source = None,
    workers: Workers = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after so many documents.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Everything through the checks; nothing is kept.")] = False,
    wait: Wait = 0.0,
    no_track: NoTrack = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Read, clean, check and load copy into the warehouse."""
    from flows.inputs import require

    require(inputs)
    settings = Settings.of(warehouse, source=source, workers=workers, limit=limit, wait_seconds=wait)
    with a_run(settings, no_track, debug, dry_run):
        from flows.ingest import ingest as run_ingest

        summary = run_ingest(inputs, str(warehouse), source, workers, limit, dry_run, wait)
    show_summary(summary, json)


@app.command(epilog="Example: copydesk extract page.html | jq -r .body")
def extract(inputs: Inputs, source: Source = None, workers: Workers = None, debug: Debug = False) -> None:
    """Clean copy without a warehouse. One JSON record a document, in input order."""
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
    warehouse: Warehouse = WAREHOUSE,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """One document, piece by piece: taken for what, by which rule. Kept or removed; and where its fields come from.

    With what the warehouse has learned of the source, if it has.
    """
    from flows import show
    from flows.document import take_apart_in_time, tell_why
    from flows.evidence import tell_fields
    from flows.inputs import read_all, require, with_memory

    require([input])
    settings = with_memory(Settings.of(warehouse, source=source))
    documents = read_all([input], settings)
    document = next(documents, None)
    if document is None:
        raise UsageError(f"{input} holds no document; name a file that does")
    if next(documents, None) is not None:
        print(f"{input} holds several documents; this is the first", file=sys.stderr)
    take = take_apart_in_time
    if len(document.content) >= FEW_BYTES:
        from flows.pool import take_apart_elsewhere as take
    draft, article = take(document, settings)
    why, fields = tell_why(document, draft), tell_fields(document, draft, article)
    if json:
        show.print_json(show.explain_as_json(article, draft, why, fields))
    else:
        show.explain(article, draft, why, fields)


@app.command(epilog='Example: copydesk query "SELECT source, count(*) FROM articles GROUP BY ALL" --format csv')
def query(
    sql: Annotated[str, typer.Argument(help="One SELECT; the views and columns are in docs/tables.md.")],
    warehouse: Warehouse = WAREHOUSE,
    format: Annotated[str, typer.Option(help="table, csv or json.")] = "table",
    out: Annotated[Path | None, typer.Option(help="Write the rows to this .parquet file instead.")] = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Ask the warehouse in SQL, read-only. Also while a load is running."""
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
    from flows import show, show_status
    from warehouse import reports

    report = reports.status(warehouse)
    if json:
        show.print_json(report)
    else:
        show_status.status(report)


@app.command(epilog="Example: copydesk reprocess --since 2026-11-01 --source 'Harbour Standard'")
def reprocess(
    warehouse: Warehouse = WAREHOUSE,
    source: Annotated[str | None, typer.Option("--source", help="Only what came from this outlet.")] = None,
    since: Day = None,
    until: Day = None,
    all: Annotated[bool, typer.Option("--all", help="Everything, whatever rules it was made by.")] = False,
    workers: Workers = None,
    wait: Wait = 0.0,
    no_track: NoTrack = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Make articles anew from the raw documents. Those made by older rules; or of an outlet, or days; or all."""
    from flows.inputs import require_stored

    settings = Settings.of(warehouse, workers=workers, wait_seconds=wait)
    require_stored(settings, all, narrowed=bool(source or since or until))
    with a_run(settings, no_track, debug):
        from flows.reprocess import reprocess as run_reprocess

        days = (since and since.date(), until and until.date())
        summary = run_reprocess(str(warehouse), source, *days, all, workers, wait)
    show_summary(summary, json)


@app.command(epilog="Example: copydesk up --warehouse data/copydesk.duckdb --port 4200")
def up(
    warehouse: Warehouse = WAREHOUSE,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Of the server and UI on 127.0.0.1.")] = 4200,
    workers: Workers = None,
    debug: Debug = False,
) -> None:
    """Run it all on a schedule: Prefect's server, UI, and a worker. As prefect.yaml says; Ctrl-C stops all.

    With PREFECT_API_URL in the environment it is that server's deployments and worker only.
    """
    from flows.up import up as bring_up

    bring_up(Settings.of(warehouse), port, lambda words: print(words, file=sys.stderr), workers)


@app.command(epilog="Example: copydesk export articles-2026/ --json")
def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder for the files; made when there is none.")],
    warehouse: Warehouse = WAREHOUSE,
    since: Annotated[
        Path | None,
        typer.Option(metavar="WATERMARK", help="Only what has changed since that of an earlier export, or its folder."),
    ] = None,
    partitioned: Annotated[
        bool, typer.Option("--partitioned", help="Articles and versions in folders by month and outlet.")
    ] = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """The public tables and views as Parquet files. All of one state, with a README; also during a load."""
    from flows import show
    from flows.inputs import with_memory
    from flows.version import code_version, provenance
    from warehouse.export import export as export_tables

    card = provenance(with_memory(Settings.of(warehouse)))
    with show.waiting("export") as tell:
        summary = export_tables(
            warehouse, folder, code_version(), tell, since=since, partitioned=partitioned, card=card
        )
    if json:
        show.print_json(summary)
    else:
        show.table(("table", "rows"), [(name, f"{n:,}") for name, n in summary["tables"].items()])
        if since:
            print(f"{summary['deleted']:,} rows are gone since {since}", file=sys.stderr)
        print(f"the next export of changes: --since {summary['watermark']}", file=sys.stderr)


@app.command(epilog="Example: copydesk check --packs 100")
def check(
    warehouse: Warehouse = WAREHOUSE,
    packs: Annotated[int, typer.Option(min=0, help="Of so many raw packs, chosen at random, read all bytes.")] = 20,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Whether the warehouse and the raw packs hold together. Also during a load. Exit status 1 when they do not."""
    from flows import show
    from schemas.errors import WarehouseError
    from warehouse.audit import audit, verdict

    settings = Settings.of(warehouse)
    report = audit(settings.warehouse, settings.landing, packs)
    if json:
        show.print_json(report)
    else:
        show.audit(report)
    if report["faults"]:
        raise WarehouseError(verdict(report))
    print(verdict(report), file=sys.stderr)


# They register their commands, with the options above.
for _name in ("collect", "diff", "forget", "keep", "project", "publisher", "quarantine", "report", "sample", "search"):
    import_module(f"flows.cli_{_name}")
