"""What `copydesk status` says, on one screen of 80 columns and 24 lines, however many outlets there are."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flows.show import cell, printable

_WIDTH = 80
#: How many of each are shown; `--json`, `report` and `query` have more.  With all of them it is 23 lines.
_ALARMS, _SOURCES, _RUNS = 3, 5, 3

Row = Mapping[str, Any]


def status(report: Mapping[str, Any]) -> None:
    """Print it, on standard output."""
    for line in status_lines(report):
        print(_cut(line, _WIDTH))


def status_lines(report: Mapping[str, Any]) -> Iterator[str]:
    """Totals, alarms, the largest outlets, the last runs, languages, open quarantine; what there is of them."""
    totals = report["totals"]
    yield (
        f"{_many(totals['articles'], 'article')} of {_many(totals['sources'], 'outlet')}, "
        f"{_many(totals['raw_documents'], 'raw document')}, "
        f"{totals['in_quarantine']:,} in quarantine"
    )
    if totals["articles"]:
        first, last = (cell(totals[f"{name}_published_at"])[:10] or "?" for name in ("first", "last"))
        yield f"published {first} to {last}, last loaded {cell(totals['last_loaded_at'])[:16]}"
    for part in (
        list(_alarms(report["alarms"])),
        list(_sources(report["sources"], totals["sources"])),
        list(_runs(report["runs"])),
        list(_counts("languages", report["languages"], "language", "articles")),
        list(_counts("in quarantine", report["quarantine"], "reason", "documents")),
    ):
        if part and len(part) > 1:
            yield ""
        yield from part


def _alarms(alarms: Sequence[Row]) -> Iterator[str]:
    if not alarms:
        return
    yield "alarms" + (f" ({_ALARMS} of {len(alarms):,}: copydesk report)" if len(alarms) > _ALARMS else "")
    for alarm in alarms[:_ALARMS]:
        yield f"  {alarm['severity']:<9}{alarm['source'] or '(none named)'}: {alarm['kind']}: {alarm['told']}"


def _sources(sources: Sequence[Row], count: int) -> Iterator[str]:
    if not sources:
        return
    title = f"outlets, {_SOURCES} largest of {count:,}" if len(sources) > _SOURCES else "outlets"
    yield f"{title:<25}{'articles':>9} {'words':>6} {'flagged':>8}  last published"
    for row in sources[:_SOURCES]:
        missed = f", {_many(row['rules_missed'], 'rule')} missed" if row["rules_missed"] else ""
        last = cell(row["last_published_at"])[:16] or "never dated"
        yield (
            f"  {_padded(row['source'], 23)}{row['articles']:>9,} {row['mean_words'] or 0:>6,} {row['with_flags']:>8,}"
            f"  {last[:10] if missed else last}{missed}"
        )


def _runs(runs: Sequence[Row]) -> Iterator[str]:
    if not runs:
        return
    names = ("inputs", "loaded", "updated", "unchanged", "duplicate", "quarantined")
    heads = ("inputs", "loaded", "updated", "same", "copies", "refused")
    yield f"{'runs, the last':<29}" + "".join(f"{head:>8}" for head in heads)
    for run in runs[:_RUNS]:
        is_wrong = run["status"] == "completed" and not run["balanced"]
        told = "UNBALANCED" if is_wrong else run["status"]
        yield f"  {cell(run['started_at'])[:16]} {told:<10}" + "".join(f"{run[name]:>8}" for name in names)


def _counts(title: str, rows: Sequence[Row], name: str, count: str) -> Iterator[str]:
    """The first of them that fit into a line, and how many more there are."""
    told = [f"{row[name]} {row[count]:,}" for row in rows]
    for shown in range(len(told), 0, -1):
        more = f", and {len(told) - shown} more" if shown < len(told) else ""
        line = f"{title}: {', '.join(told[:shown])}{more}"
        if shown == 1 or _columns(line) <= _WIDTH:
            yield line
            return


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def _padded(text: str, width: int) -> str:
    cut = _cut(" ".join(text.split()), width - 1)
    return cut + " " * (width - _columns(cut))


def _cut(text: str, width: int) -> str:
    text = printable(text)
    if _columns(text) <= width:
        return text
    while _columns(text) > width - 1:
        text = text[:-1]
    return text + "…"


def _columns(text: str) -> int:
    """How wide a terminal shows it."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
