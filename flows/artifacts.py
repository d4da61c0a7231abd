"""The words of a run's artifacts: Markdown and tables for Prefect's UI.

Origins, details and samples come from other people's files: all text goes through `escaped` into Markdown and through
`quiet` into tables.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from schemas.outcome import OUTCOMES
from schemas.run import Tally
from tasks.batch import printable

#: Of a text in a cell, and rows of the tables on the summary page and in artifacts of their own.
CELL_CHARACTERS = 200
PAGE_ROWS = 10
TABLE_ROWS = 200
_REFUSED = ("origin", "reasons", "detail")
_SAMPLE = ("article", "outlet", "words", "confidence")
_MISSED = ("expectation", "column", "severity", "unexpected", "checked", "sample")


def escaped(text: object) -> str:
    """Any text as Markdown that shows just that text: every ASCII sign of punctuation is escaped."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", _cut(text))


def quiet(text: object) -> str:
    """Any text for a cell of a table artifact.

    Prefect's first UI reads cells as Markdown and would load a picture that a hostile origin names; its second shows
    them as they are.  So only those signs are escaped that would become a link, a picture, HTML or a style.
    """
    return re.sub(r"(^[#>+=-]|[\\`*\[<~&]|(?<![^\W_])_|_(?![^\W_]))", r"\\\1", _cut(text))


def _cut(text: object) -> str:
    shown = printable(text)
    return shown if len(shown) <= CELL_CHARACTERS else shown[:CELL_CHARACTERS] + " …"


def title(summary: Mapping[str, Any]) -> str:
    """`ingest inbox 1,204 documents`."""
    return f"{summary.get('what', 'ingest')} {_documents(summary.get('inputs', 0))}"


def headline(counts: Mapping[str, Any]) -> str:
    """`1,098 loaded, 24 quarantined`; nothing in it but our own words."""
    return ", ".join(f"{counts[outcome]:,} {outcome}" for outcome in OUTCOMES if counts.get(outcome)) or "nothing yet"


def _documents(count: int) -> str:
    return f"{count:,} document" + ("" if count == 1 else "s")


def progress_page(what: str, tally: Tally, seconds: float, error: str | None = None) -> str:
    """How far a run has come, or came before it was stopped by an error."""
    done = sum(tally.outcomes.values())
    rate = f", {done / seconds:,.1f} a second" if seconds else ""
    state = f"**Stopped:** {escaped(error)}" if error else "**Under way.**"
    return "\n\n".join(
        [
            f"# {escaped(what)}",
            f"{state} {done:,} of {_documents(tally.inputs)} read so far, in {_time(seconds)}{rate}.",
            *_balance(tally.as_dict()),
            *_reasons(tally.reasons),
        ]
    )


def summary_page(summary: Mapping[str, Any]) -> str:
    """Everything about a run on one page: what is wrong first, then the counts."""
    warnings = [printable(warning) for warning in summary.get("warnings") or ()]
    inputs, seconds = summary.get("inputs", 0), summary.get("seconds", 0.0)
    balanced = "Every document is accounted for" if summary.get("balanced", True) else "**The run does not balance**"
    told = f"{balanced}: {_documents(inputs)} in {_time(seconds)}"
    told += f", {summary['documents_per_second']:,.1f} a second." if "documents_per_second" in summary else "."
    if summary.get("dry_run"):
        told += " A dry run: nothing was kept."
    parts = [f"# {escaped(title(summary))}", told]
    if warnings:
        parts += ["## Warnings", "\n".join(f"- {escaped(warning)}" for warning in warnings[:PAGE_ROWS])]
        if len(warnings) > PAGE_ROWS:
            parts.append(f"and {len(warnings) - PAGE_ROWS:,} more in the log.")
    parts += _balance(summary)
    parts += _reasons(summary.get("reasons") or {})
    if outlets := summary.get("outlets"):
        parts += ["## By outlet", _table(list(outlets[0]), [_named(row).values() for row in outlets[:PAGE_ROWS]])]
    if samples := summary.get("loaded_samples"):
        rows = [_sample(row) for row in samples[:PAGE_ROWS]]
        parts += ["## Samples of what was loaded, the least sure first", _table(_SAMPLE, rows)]
    if refused := summary.get("refused"):
        rows = [(_linked(row[0], row[0]), *row[1:]) for row in _refused(refused[:PAGE_ROWS])]
        parts += ["## Samples of refused documents", _table(_REFUSED, rows)]
    if missed := summary.get("missed_expectations"):
        parts += ["## Failed expectations", _missed_table(missed[:PAGE_ROWS])]
    if steps := summary.get("steps"):
        slowest = sorted(steps.items(), key=lambda item: -item[1])
        rows = [(name, f"{spent:,.1f} s", _share(spent, seconds)) for name, spent in slowest]
        parts += ["## Slowest steps", _table(("step", "time", "share of the run"), rows)]
    parts += ["## Where to look next", _next(summary)]
    return "\n\n".join(parts) + "\n"


def tables(summary: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Table artifacts, of those that have rows: the end of the key, a description, the rows as JSON."""
    reasons = [{"reason": quiet(name), "documents": count} for name, count in _by_count(summary.get("reasons") or {})]
    refused = [
        {name: quiet(text) for name, text in zip(_REFUSED, row, strict=True)}
        for row in _refused(summary.get("refused") or ())
    ]
    missed = [
        {name: value if isinstance(value, int) else quiet(value) for name, value in zip(_MISSED, row, strict=True)}
        for row in _missed(summary.get("missed_expectations") or ())
    ]
    outlets = [
        {name: quiet(value) if isinstance(value, str) else value for name, value in _named(row).items()}
        for row in summary.get("outlets") or ()
    ]
    collected = [
        {name: quiet(value) if isinstance(value, str) else value for name, value in row.items()}
        for row in summary.get("sources") or ()
    ]
    for key, description, rows in (
        ("sources", "What came of each source", collected),
        ("outlets", "What came of the documents of each outlet", outlets),
        ("reasons", "Why documents were refused", reasons),
        ("refused", "Samples of refused documents", refused),
        ("expectations", "Expectations that were not met", missed),
    ):
        if rows:
            yield key, description, json.dumps(rows[:TABLE_ROWS])


def _balance(counts: Mapping[str, Any]) -> list[str]:
    inputs = counts.get("inputs", 0)
    rows = [(outcome, f"{counts.get(outcome, 0):,}", _share(counts.get(outcome, 0), inputs)) for outcome in OUTCOMES]
    return ["## Balance", _table(("outcome", "documents", "share"), [*rows, ("all", f"{inputs:,}", "")])]


def _reasons(reasons: Mapping[str, int]) -> list[str]:
    if not reasons:
        return []
    rows = [(name, f"{count:,}") for name, count in _by_count(reasons)]
    return ["## Why documents were refused", _table(("reason", "documents"), rows)]


def _by_count(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _refused(rows: Iterable[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    return [(row.get("origin", ""), ", ".join(row.get("reasons") or ()), row.get("detail") or "") for row in rows]


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "source": row.get("source") or "(none named)"}


def _sample(row: Mapping[str, Any]) -> tuple[Any, ...]:
    where = row.get("url") or row.get("origin") or ""
    return (
        _linked(row.get("title") or where, where), row.get("source") or "", f"{row.get('word_count') or 0:,}",
        f"{row.get('confidence') or 0:.2f}",
    )  # fmt: skip


class _Markdown(str):
    """Text that is Markdown already."""


def _linked(text: object, address: str) -> str:
    """A link to a page of the web, else the text; nothing is loaded until a person follows it."""
    if not re.match(r"https?://[^/\s]", address, re.IGNORECASE):
        return str(text)
    # In <> an address ends at < and >, and has entities; the rest is percent-encoded, as browsers do.
    target = quote(address, safe="%/:?#@!$&'*+,;=~-._").replace("&", "&amp;")
    return _Markdown(f"[{escaped(text)}](<{target}>)")


def _missed(rows: Iterable[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    return [
        (
            row.get("expectation", ""), row.get("column_name") or "", row.get("severity") or "",
            row.get("unexpected") or 0, row.get("checked") or 0, "; ".join(str(v) for v in row.get("sample") or ()),
        )
        for row in rows
    ]  # fmt: skip


def _missed_table(rows: Iterable[Mapping[str, Any]]) -> str:
    shown = [(*row[:3], f"{row[3]:,} of {row[4]:,}", row[5]) for row in _missed(rows)]
    return _table((*_MISSED[:4], "sample"), shown)


def _next(summary: Mapping[str, Any]) -> str:
    if not summary.get("run_id"):
        return "Without `--dry-run` the articles go into the warehouse."
    where = escaped(summary.get("warehouse", ""))
    lines = [f"- warehouse: {where}, run {escaped(summary['run_id'])}", "- `copydesk status`"]
    if summary.get("quarantined"):
        lines.append("- `copydesk quarantine list`")
    return "\n".join(lines)


def _table(names: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    """Columns of figures stand to the right; there is at least one row."""
    texts = [["" if v is None else v if isinstance(v, str) else str(v) for v in row] for row in rows]
    rules = ["---:" if re.fullmatch(r"[\d,.]+( s|%)?", text) else "---" for text in texts[0]]
    lines = [names, rules, *([t if isinstance(t, _Markdown) else escaped(t) for t in row] for row in texts)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _share(part: float, whole: float) -> str:
    return f"{part / whole:.1%}" if whole else ""


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:,.1f} minutes"
