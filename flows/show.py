"""How results look: on a terminal with colour and tables, in a pipe as plain lines.

rich honours NO_COLOR and leaves colour out of pipes by itself; a progress bar is drawn on a terminal only.
"""

import csv
import re
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any, TextIO

import orjson

from schemas.article import Article
from schemas.draft import BODY, Draft
from schemas.evidence import Evidence
from schemas.outcome import OUTCOMES
from schemas.run import Tally
from schemas.search import Hit

#: Colours of what `explain` shows, by kind; the kinds not named here are furniture and dim.
_COLOURS = {
    BODY: "green", "title": "bold cyan", "standfirst": "cyan", "byline": "magenta", "dateline": "magenta",
    "timestamp": "magenta", "caption": "yellow", "credit": "yellow", "repeated": "red",
}  # fmt: skip


# What moves the cursor, colours, renames the window or answers in the user's name: the control characters of ASCII and
# of Latin-1, but for the line end and the tab; the marks that turn the order of letters round; half surrogate pairs,
# which cannot be printed at all.
_DRIVES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff]")


def printable(text: str) -> str:
    """Copy as it may be printed for a person: a terminal must not be driven by what stands in a page or a file name."""
    return _DRIVES.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def print_json(value: Any) -> None:
    """One JSON value and a newline on standard output."""
    sys.stdout.buffer.write(
        orjson.dumps(value, default=_json_value, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)
    )
    sys.stdout.buffer.flush()


def _json_value(value: Any) -> Any:
    return sorted(value) if isinstance(value, (set, frozenset)) else str(value)


def is_seen() -> bool:
    """Whether a person looks at standard error."""
    return sys.stderr.isatty()


@contextmanager
def progress(what: str) -> Iterator[Any]:
    """A function to call with the `Tally` now and then; it draws only when standard error is a terminal."""
    if not is_seen():
        yield lambda tally: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        job = bar.add_task(what)

        started = time.monotonic()
        yield lambda tally: bar.update(job, description=progress_words(what, tally, time.monotonic() - started))


def progress_words(what: str, tally: Tally, seconds: float) -> str:
    """How far a run is after so many seconds: counts, rate, and the time left where it can be told."""
    words = f"{what}: {tally.done:,} of {tally.inputs:,} read; {tally.outcomes['quarantined']:,} refused"
    if tally.done and seconds > 0:
        rate = tally.done / seconds
        words += f"; {rate:,.{0 if rate >= 10 else 1}f} a second"
        if share := tally.share_done:
            left = timedelta(seconds=round(seconds * (1 - share) / share))
            words += f"; {share:.0%}, about {left} left"
    return words


#: The rules behind which the labeller stands.
_LEARNED = ("labeller", "above the body", "inside the body", "below the body")


def explain(
    article: Article, draft: Draft, why: Mapping[tuple[int, int], str], fields: Sequence[Evidence] = ()
) -> None:
    """One document, piece by piece, then its fields and where they come from, on standard output.

    `why`: what told the labeller, by line and character.
    """
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for piece in draft.pieces:
        place = f"{piece.line if piece.line is not None else '':>4}:{piece.position:<4}"
        sign = "+" if piece.kind == BODY else "-"
        colour = _COLOURS.get(piece.kind, "dim")
        words = printable(" ".join(piece.text.split()))
        line = Text.assemble(
            (f"{place} {sign} ", "dim"), (f"{piece.kind:<20}", colour), (f" {piece.rule:<28} ", "dim"),
            (f"{piece.confidence:4.2f}  ", "dim"), (words, colour),
        )  # fmt: skip
        console.print(line)
        told = why.get((piece.line or 0, piece.position))
        if told and piece.rule.startswith(_LEARNED):
            console.print(Text(f"{'':>12}{told}", "dim italic"))
    console.print()
    record = article.as_record()
    for name in ("document_id", "origin", "outcome", "reasons", "title", "standfirst", "authors", "published_at",
                 "updated_at", "source", "url", "language", "section", "tags", "captions", "flags", "word_count",
                 "confidence"):  # fmt: skip
        if record[name] not in (None, [], ""):
            console.print(Text.assemble((f"{name:<14}", "bold"), printable(cell(record[name]))))
    if fields:
        console.print()
    for evidence in fields:
        for words, style in _evidence_lines(evidence):
            console.print(Text.assemble(*((printable(part), look) for part, look in zip(words, style, strict=True))))
    if article.detail:
        refused = printable(f"{article.stage}: {article.detail}")
        console.print(Text.assemble((f"{'refused by':<14}", "bold"), (refused, "red")))


def _evidence_lines(evidence: Evidence) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """What tells a field, as lines of words and how these look."""
    sure = "" if evidence.sure is None else f"{evidence.sure:4.2f}"
    sources = f"  ({', '.join(evidence.sources)})" if evidence.sources else ""
    yield (f"{evidence.field:<14}", f"{sure:<6}", evidence.rule, sources), ("bold", "dim", "", "dim")
    for other in evidence.others:
        yield (f"{'':<20}not ", f"{other.source}: ", other.value), ("dim", "dim italic", "dim italic")


def explain_as_json(
    article: Article, draft: Draft, why: Mapping[tuple[int, int], str], fields: Sequence[Evidence] = ()
) -> dict[str, Any]:
    """What `explain` shows, as values."""
    pieces = [
        {
            "line": p.line,
            "position": p.position,
            "kind": p.kind,
            "rule": p.rule,
            "confidence": p.confidence,
            "why": why.get((p.line or 0, p.position)),
            "text": p.text,
        }
        for p in draft.pieces
    ]
    refusal = {"stage": article.stage, "detail": article.detail} if article.reasons else None
    evidence = {e.field: {k: v for k, v in asdict(e).items() if k != "field"} for e in fields}
    return {"pieces": pieces, "record": article.as_record(), "evidence": evidence, "refusal": refusal}


def cell(value: Any) -> str:
    """A value as a person reads it: times in UTC, lists with commas, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(UTC) if value.tzinfo else value
        return value.strftime("%Y-%m-%d %H:%M:%S" if value.second or value.microsecond else "%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return ", ".join(f"{k}: {cell(v)}" for k, v in value.items())
    if isinstance(value, (list, tuple)):
        return "; ".join(cell(v) for v in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    return str(value)


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str | None = None) -> None:
    """A table on standard output; in a pipe, tab-separated lines under a line of names."""
    if not sys.stdout.isatty():
        if title:
            print(f"# {title}")
        print("\t".join(columns))
        for row in rows:
            print("\t".join(printable(" ".join(cell(v).split())) for v in row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(title=title, title_justify="left", header_style="bold", show_edge=False)
    for name in columns:
        drawn.add_column(name, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(printable(_shortened(cell(v)))) for v in row))
    Console().print(drawn)


def _shortened(text: str) -> str:
    return text if len(text) <= 300 else text[:300] + " …"


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[Any]], out: TextIO) -> None:
    """RFC 4180 CSV; lists as JSON, times ISO 8601 in UTC."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_csv_value(v) for v in row])


def _csv_value(value: Any) -> Any:
    if isinstance(value, (list, tuple, dict, datetime)):
        text = orjson.dumps(value, default=str, option=orjson.OPT_UTC_Z).decode()
        return text.strip('"') if isinstance(value, datetime) else text
    return value


def json_rows(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A JSON array of objects, one row a line."""
    before = "[\n"
    for row in rows:
        line = orjson.dumps(dict(zip(columns, row, strict=True)), default=_json_value, option=orjson.OPT_UTC_Z)
        sys.stdout.write(before + line.decode())
        before = ",\n"
    sys.stdout.write("[]\n" if before == "[\n" else "\n]\n")


def records(rows: Sequence[dict[str, Any]], nothing: str, title: str | None = None) -> None:
    """Rows with the same keys as a table; `nothing` on standard error when there are none."""
    if rows:
        table(list(rows[0]), [list(row.values()) for row in rows], title)
    else:
        print(nothing, file=sys.stderr)


def refused(rows: Sequence[Mapping[str, Any]]) -> None:
    """Refused documents: on a terminal two or three lines each, else rows as `query` gives them."""
    if not rows or not sys.stdout.isatty():
        records([dict(row) for row in rows], "nothing is in quarantine")
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for row in rows:
        head = (f"{row['document']}  {cell(row['quarantined_at'])[:16]}  ", "dim"), (", ".join(row["reasons"]), "bold")
        console.print(Text.assemble(*head, "  ", printable(row["source"] or "")))
        for value in filter(None, (row["origin"], row["detail"])):
            console.print(Text(f"  {printable(_shortened(' '.join(value.split())))}"))


def refusals(rows: Sequence[dict[str, Any]]) -> None:
    """Each refused document: why, and the beginning of its raw copy."""
    for row in rows:
        for name, value in row.items():
            if name != "raw" and value is not None:
                print(f"{name:<16}{printable(cell(value))}")
        if row.get("raw"):
            print("\n" + "\n".join("    " + printable(line) for line in str(row["raw"]).splitlines()))
        print()


def hits(found: Sequence[Hit], format: str) -> None:
    """What a search found: on a terminal a paragraph each with the finds in colour, else rows as `query` gives them."""
    columns = [field.name for field in fields(Hit) if field.name != "marks"]
    rows = ([getattr(hit, name) for name in columns] for hit in found)
    if format == "json":
        json_rows(columns, rows)
    elif format == "csv":
        csv_lines(columns, rows, sys.stdout)
    elif not found:
        print("nothing was found", file=sys.stderr)
    elif not sys.stdout.isatty():
        table(columns, rows)
    else:
        from rich.console import Console
        from rich.text import Text

        console = Console(highlight=False)
        for hit in found:
            day = cell(hit.published_on) or "no date"
            about = "  ".join((day, hit.source or "(no outlet)", f"{hit.score:.1f}", hit.url or hit.article_id))
            console.print(Text(printable(hit.title or "(no title)"), "bold"))
            console.print(Text(printable(about), "dim"))
            passage, place = Text(), 0
            for begin, end in hit.marks:
                passage.append(printable(hit.snippet[place:begin]))
                passage.append(printable(hit.snippet[begin:end]), "bold yellow")
                place = end
            console.print(passage.append(printable(hit.snippet[place:])), "")


def audit(report: dict[str, Any]) -> None:
    """What a check found: each fault and note with a few samples."""
    for title, results in (("FAULT", report["faults"]), ("note", report["notes"])):
        for result in results:
            records(result["sample"], "", f"{title} {result['name']}: {result['found']:,}; should be: {result['says']}")
            print()


@contextmanager
def waiting(what: str) -> Iterator[Any]:
    """A function to call with what is being done; it draws only when standard error is a terminal."""
    if not sys.stderr.isatty():
        yield lambda words: None
        return
    from rich.console import Console

    with Console(stderr=True).status(what) as status:
        yield lambda words: status.update(f"{what}: {words}")


@contextmanager
def telling(what: str) -> Iterator[Any]:
    """`waiting`, for what must be known in a pipe too: there each thing is a line on standard error."""
    if sys.stderr.isatty():
        with waiting(what) as tell:
            yield tell
    else:
        yield lambda words: print(f"{what}: {words}", file=sys.stderr)


def summary(values: dict[str, Any]) -> None:
    """The end of a run, on standard error."""
    lines = list(summary_lines(values))
    if not sys.stderr.isatty():
        print("\n".join(f"{name}: {value}" for name, value in lines), file=sys.stderr)
        return
    from rich.console import Console
    from rich.table import Table

    drawn = Table(show_header=False, show_edge=False, box=None, padding=(0, 2))
    for name, value in lines:
        drawn.add_row(f"[bold]{name}[/bold]" if not name.startswith(" ") else name, value)
    Console(stderr=True, highlight=False).print(drawn)


def summary_lines(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What a summary says, as names and values."""
    yield "documents", f"{values['inputs']:,}" + (" (dry run: nothing kept)" if values["dry_run"] else "")
    for outcome in OUTCOMES:
        yield outcome, f"{values[outcome]:,}"
    for reason, count in sorted(values["reasons"].items(), key=lambda item: (-item[1], item[0])):
        yield f"  {reason}", f"{count:,}"
    if left := values["left_behind"]:
        told = ", ".join(f"{left[name]:,} {name}" for name in OUTCOMES if left[name])
        yield "before that", f"{left['inputs']:,} documents that an earlier run had left behind: {told}"
    for row in values.get("sources", ()):
        told = ", ".join(f"{n:,} {name}" for name, n in row.items() if isinstance(n, int) and n and name != "bytes")
        yield (
            f"  {row['source']}",
            printable((told or "nothing asked for") + (f"; {row['detail']}" if row["detail"] else "")),
        )
    for warning in values["warnings"][:5]:
        yield "warning", warning
    yield "balance", "every document accounted for" if values["balanced"] else "DOES NOT BALANCE"
    yield "time", f"{values['seconds']:.1f} s, {values['documents_per_second']:,.1f} documents a second"
    yield "warehouse", values["warehouse"]
    if not values["dry_run"]:
        where = f" --warehouse {values['warehouse']}" if values["warehouse"] != "data/copydesk.duckdb" else ""
        more = f"; copydesk quarantine list{where}" if values["quarantined"] else ""
        yield "look next", f"copydesk status{where}{more}"
