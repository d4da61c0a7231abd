"""The report as one HTML page: values in, text out.

The page and its style are data (seeds/report).  Whatever comes from the warehouse is other people's text: jinja2
escapes all of it, signs that steer instead of showing something are spelled out, and only http(s) addresses become
links.
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from schemas.draft import BODY, Piece, glue
from schemas.outcome import REASONS
from schemas.report import DayCount, Period, ReadSample, Report
from tasks._report_charts import Chart, draw, sparkline
from tasks._report_text import changes, cut, safe_link, spelled_out

_FOLDER = Path(__file__).resolve().parent.parent / "seeds" / "report"

#: How kinds are coloured: five groups that a person tells apart, whatever the kind, which is written beside it.
GROUPS: dict[str, tuple[str, ...]] = {
    "fields": ("title", "standfirst", "byline", "dateline", "timestamp"),
    "pictures": ("caption", "credit"),
    "furniture": ("navigation", "related_links", "share_prompt", "advert", "legal", "other"),
    "prompts": ("subscribe_prompt", "notification_prompt", "login_prompt", "comment_widget", "comment"),
    "repeats": ("repeated",),
}
GROUP_OF = {kind: group for group, kinds in GROUPS.items() for kind in kinds}
#: What is said of each group in the legend.
LEGEND = {
    "fields": "became a field",
    "pictures": "picture captions and credits",
    "furniture": "furniture of the page",
    "prompts": "prompts and comments",
    "repeats": "printed twice",
}

# Of one text of a sample, in characters, and pieces of a sample.  They bound the page at about 1 MB, whatever is in the
# warehouse.
PARAGRAPH_CHARACTERS = 1600
SAMPLE_CHARACTERS = 9000
SAMPLE_PIECES = 120
#: A longer run of removed pieces is folded between its first five and its last two.
RUN_SHOWN = 10
#: Bars of a picture over years: more are too thin to be told apart.
MOST_BARS = 72


@dataclass(frozen=True, slots=True)
class Passage:
    """Pieces of a sample that stand together: one paragraph of the body, or a run of what was taken out.

    `folded`: the middle of a long run, shown when asked for, between `shown` and `last`.
    """

    is_body: bool
    text: str = ""
    shown: tuple[Piece, ...] = ()
    folded: tuple[Piece, ...] = ()
    last: tuple[Piece, ...] = ()


def render(report: Report, samples: Sequence[ReadSample]) -> str:
    """The page: everything in it, no script, and a policy that lets it load nothing."""
    style = (_FOLDER / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return _environment().get_template("page.html.j2").render(
        report=report,
        style=Markup(style),
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        received=_received(report),
        outlets=_outlets(report),
        published=_published(report),
        samples=[(sample, passages(sample.pieces)) for sample in samples],
        reasons=REASONS,
        legend=LEGEND,
        group_of=GROUP_OF,
    )  # fmt: skip


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=_shown,
    )  # fmt: skip
    environment.filters |= {
        "count": lambda value: f"{value:,}",
        "share": lambda value: f"{value:.1%}",
        "time": _time,
        "days": _span,
        "behind": _behind,
        "day": lambda value: f"{value.day} {value:%B %Y}" if value else "no date",
        "cut": cut,
        "link": safe_link,
        "column": _column,
        "value": health_value,
        "words": lambda kind: kind.replace("_", " "),
        "changes": changes,
    }
    return environment


def _shown(value: Any) -> Any:
    """Every value on its way into the page."""
    if isinstance(value, Markup):
        return value
    return spelled_out(value) if isinstance(value, str) else value


def _time(value: datetime | None) -> str:
    if value is None:
        return "–"
    value = value.astimezone(UTC)
    return f"{value.day} {value:%b %Y, %H:%M}"


def _span(period: Period) -> str:
    """The days of a period, as a headline has them: `27 October to 25 November 2026`."""
    one, other = period.since, period.until
    if one == other:
        return f"{other.day} {other:%B %Y}"
    year = f" {one.year}" if one.year != other.year else ""
    return f"{one.day} {one:%B}{year} to {other.day} {other:%B %Y}"


def _behind(hours: float | None) -> str:
    """How long after the first outlet."""
    if hours is None:
        return "no time"
    if hours < 1:
        return "first" if hours <= 0 else f"+{hours * 60:.0f} min"
    return f"+{hours:.0f} h" if hours < 48 else f"+{hours / 24:.0f} days"


def _column(name: str) -> str:
    """The name of a column as a person says it."""
    if name == "source":
        return "outlet"
    share = "% " if name.endswith("_share") else ""
    return share + name.removesuffix("_share").removesuffix("_at").replace("_", " ")


def health_value(name: str, value: Any) -> str:
    """A value of source_health by the name of its column and what it is: shares in per cent, times to the day."""
    if value is None:
        return "not named" if name == "source" else "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value.day} {value:%b %Y}"
    if isinstance(value, (list, tuple)):
        return "; ".join(cut(str(v)) for v in value) or "–"
    if isinstance(value, (int, float)):
        if name.endswith("_share"):
            return f"{value:.0%}"
        return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}" if abs(value) < 10 else f"{value:,.0f}"
    return cut(str(value))


# --- pictures ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart, drawn for a wide and a narrow page."""

    chart: Chart
    wide: Markup
    narrow: Markup
    note: str = ""


@dataclass(frozen=True, slots=True)
class Outlet:
    """An outlet in the period: what came in, day by day."""

    name: str
    documents: int
    refused: int
    days: int
    most: int
    last_day: date
    picture: Markup


def _picture(chart: Chart, note: str = "") -> Picture:
    return Picture(chart, draw(chart, 960, 260, 10), draw(chart, 360, 220, 4, "narrow"), note)


def _days(period: Period) -> list[date]:
    return [period.since + timedelta(days=place) for place in range(period.length)]


def _short(day: date) -> str:
    return f"{day.day} {day:%b}"


def _received(report: Report) -> Picture:
    taken: Counter[date] = Counter()
    refused: Counter[date] = Counter()
    for count in report.received:
        taken[count.day] += count.documents - count.refused
        refused[count.day] += count.refused
    days = _days(report.period)
    documents = sum(taken.values()) + sum(refused.values())
    quiet = sum(1 for day in days if not taken[day] and not refused[day])
    most = max(days, key=lambda day: taken[day] + refused[day])
    told = f"{documents:,} new documents on {len(days)} days, {sum(refused.values()):,} of them refused. "
    told += f"Most on {_short(most)}: {taken[most] + refused[most]:,}. Days without any: {quiet}."
    series = (
        ("articles", tuple(taken[day] for day in days)),
        ("refused", tuple(refused[day] for day in days)),
    )
    return _picture(Chart("received", "New documents received, by day", told, tuple(map(_short, days)), series))


def _outlets(report: Report) -> list[Outlet]:
    """The outlets of the period, most documents first, the smaller ones together at the end."""
    named: dict[tuple[bool, str], list[DayCount]] = {}
    for count in report.received:
        name = "all other outlets" if count.is_rest else (count.source or "no outlet named")
        named.setdefault((count.is_rest, name), []).append(count)
    days = _days(report.period)
    order = sorted(named.items(), key=lambda item: (item[0][0], -sum(c.documents for c in item[1]), item[0][1]))
    return [_outlet(place, name, counts, days) for place, ((_, name), counts) in enumerate(order)]


def _outlet(place: int, name: str, counts: Sequence[DayCount], days: Sequence[date]) -> Outlet:
    received, refused = Counter[date](), Counter[date]()
    for count in counts:
        received[count.day] += count.documents - count.refused
        refused[count.day] += count.refused
    documents, out = sum(c.documents for c in counts), sum(refused.values())
    told = f"{documents:,} new documents, {out:,} refused, on {len(counts)} of {len(days)} days"
    series = (("articles", tuple(received[d] for d in days)), ("refused", tuple(refused[d] for d in days)))
    chart = Chart(f"outlet-{place}", spelled_out(cut(name, 80)), told, tuple(map(_short, days)), series)
    most = max(c.documents for c in counts)
    picture = sparkline(chart, 320, 36, most)
    return Outlet(name, documents, out, len(counts), most, max(c.day for c in counts), picture)


def _published(report: Report) -> Picture | None:
    """When the articles were published, by day, week, month or year, as the middle 98% of them fit."""
    if not report.published:
        return None
    everyone = sum(count for _, count in report.published)
    first, last = _at_share(report.published, everyone, 0.01), _at_share(report.published, everyone, 0.99)
    name, start, following = next(unit for unit in _UNITS if len(_steps(first, last, *unit[1:])) <= MOST_BARS)
    steps = _steps(first, last, start, following)
    counts: Counter[date] = Counter()
    for day, count in report.published:
        counts[start(day)] += count
    values = tuple(counts[step] for step in steps)
    outside = everyone - sum(values)
    fmt = {"year": "%Y", "month": "%b %Y"}.get(name)
    labels = tuple(step.strftime(fmt) if fmt else f"{_short(step)} {step.year}" for step in steps)
    most = max(range(len(values)), key=values.__getitem__)
    told = f"{everyone:,} articles with a day of publication, by {name}, {labels[0]} to {labels[-1]}. "
    told += f"Most: {labels[most]}, {values[most]:,}."
    notes = [f"{outside:,} much earlier or later are not drawn."] if outside else []
    notes += (
        [f"{report.totals.undated:,} articles do not say when they were published."] if report.totals.undated else []
    )
    chart = Chart("published", f"Articles by {name} of publication", told, labels, (("articles", values),))
    return _picture(chart, " ".join(notes))


def _at_share(published: Sequence[tuple[date, int]], everyone: int, share: float) -> date:
    seen = 0
    for day, count in published:
        seen += count
        if seen >= share * everyone:
            return day
    return published[-1][0]


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


#: Name, first day, first day of the next.
_UNITS: tuple[tuple[str, Any, Any], ...] = (
    ("day", lambda day: day, lambda day: day + timedelta(days=1)),
    ("week", lambda day: day - timedelta(days=day.weekday()), lambda day: day + timedelta(days=7)),
    ("month", lambda day: day.replace(day=1), _next_month),
    ("year", lambda day: day.replace(month=1, day=1), lambda day: date(day.year + 1, 1, 1)),
)


def _steps(first: date, last: date, start: Any, following: Any) -> list[date]:
    """The first days of all units from `first` to `last`; no more than one too many for a picture, unless in years."""
    steps = [start(first)]
    while (step := following(steps[-1])) <= last and (len(steps) <= MOST_BARS or start is _UNITS[-1][1]):
        steps.append(step)
    return steps


# --- samples of cleaned copy -------------------------------------------------------------------------------------


def passages(pieces: Iterable[Piece]) -> list[Passage]:
    """The pieces as they are shown: paragraphs put together, long runs of removed pieces folded, all within bounds."""
    out: list[Passage] = []
    left, kept = SAMPLE_CHARACTERS, SAMPLE_PIECES
    for is_body, run in groupby((p for p in pieces if p.text.strip()), key=lambda piece: piece.kind == BODY):
        if is_body:
            for text in _paragraphs(run):
                if left > 0:
                    out.append(Passage(True, cut(text, min(PARAGRAPH_CHARACTERS, left))))
                left -= len(text)
        else:
            removed = tuple(run)[: max(0, kept)]
            kept -= len(removed)
            if len(removed) > RUN_SHOWN:
                out.append(Passage(False, "", removed[:5], removed[5:-2], removed[-2:]))
            elif removed:
                out.append(Passage(False, "", removed))
    if left < 0 or kept <= 0:
        out.append(Passage(True, "(shortened here)"))
    return out


def _paragraphs(pieces: Iterable[Piece]) -> list[str]:
    texts: list[str] = []
    for piece in pieces:
        if piece.joins and texts:
            texts[-1] += glue(texts[-1], piece.text) + piece.text
        else:
            texts.append(piece.text)
    return texts
