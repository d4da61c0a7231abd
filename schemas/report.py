"""What a report says of a warehouse, as values: what `warehouse.report` reads and `tasks.report` sets in a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from schemas.draft import Piece
from schemas.run import Alarm

#: A row of a query, by column: for parts of the report that show whatever columns there are.
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Period:
    """The days a report looks at, both ends included (UTC).

    `is_today`: it ends on the day the report was made; else on the last day on which anything was received.
    """

    since: date
    until: date
    is_today: bool

    @property
    def length(self) -> int:
        """Number of days."""
        return (self.until - self.since).days + 1


@dataclass(frozen=True, slots=True)
class Totals:
    """The whole warehouse in a few figures; `sources` counts outlets with a name, `refused` what still is."""

    articles: int
    words: int
    sources: int
    documents: int
    refused: int
    edits: int
    copies: int
    undated: int
    last_received_at: datetime | None
    revision: int


@dataclass(frozen=True, slots=True)
class DayCount:
    """New documents of one outlet (None: no name; `is_rest`: all the smaller ones) received on one day."""

    source: str | None
    is_rest: bool
    day: date
    documents: int
    refused: int


@dataclass(frozen=True, slots=True)
class RefusedDocument:
    """One refused document."""

    origin: str
    source: str | None
    detail: str | None
    quarantined_at: datetime


@dataclass(frozen=True, slots=True)
class Refusals:
    """A reason for which documents are refused today; `in_period`: those refused in the days of the report."""

    reason: str
    documents: int
    in_period: int
    sources: int
    samples: tuple[RefusedDocument, ...]


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """An expectation that was not met in the period; `unexpected` of `checked` values, over all its batches."""

    expectation: str
    severity: str
    batches: int
    checked: int
    unexpected: int
    sample: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What one outlet has of a story; `hours_behind`: after the first outlet."""

    source: str | None
    articles: int
    hours_behind: float | None


@dataclass(frozen=True, slots=True)
class Story:
    """A large story and who covered it, the outlets with most articles first, at most eight."""

    title: str | None
    first_published_at: datetime | None
    last_published_at: datetime | None
    articles: int
    sources: int
    coverage: tuple[Coverage, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """A change that an outlet made; bodies are None where they did not change."""

    source: str | None
    url: str | None
    edited_at: datetime
    change: tuple[str, ...]
    words_added: int
    title_before: str | None
    title_after: str | None
    standfirst_before: str | None
    standfirst_after: str | None
    authors_before: tuple[str, ...]
    authors_after: tuple[str, ...]
    body_before: str | None
    body_after: str | None


@dataclass(frozen=True, slots=True)
class Copies:
    """A near-duplicate group; `sources`: its outlets with their number of articles, most first."""

    title: str | None
    source: str | None
    articles: int
    first_published_at: datetime | None
    sources: tuple[tuple[str | None, int], ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """An article for a person to judge; `is_unsure`: taken as one of the least sure, not at random.

    `document_id`, `origin`, `pack`, `received_at` say where its raw copy is (`pack` is None when nobody knows).
    `removed`: pieces taken out, as stored, of kinds other than `body`.
    """

    title: str | None
    source: str | None
    url: str | None
    published_on: date | None
    word_count: int
    confidence: float
    flags: tuple[str, ...]
    is_unsure: bool
    document_id: str
    origin: str
    pack: str | None
    received_at: datetime | None
    body: str
    removed: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class ReadSample:
    """A sample and all the pieces of its copy in order, body and not.

    `is_in_place`: the pieces stand as in the copy; else the body comes first, because the raw copy is not at hand.
    `is_as_loaded`: their body is the article's; else today's rules read it otherwise than those that loaded it.
    """

    sample: Sample
    pieces: tuple[Piece, ...]
    is_in_place: bool = True
    is_as_loaded: bool = True


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the pipeline."""

    run_id: str
    started_at: datetime
    finished_at: datetime | None
    status: str
    inputs: int
    loaded: int
    updated: int
    unchanged: int
    duplicate: int
    quarantined: int
    articles_per_second: float | None

    @property
    def accounted_for(self) -> int:
        """Inputs with an outcome; a completed run has `inputs` of them."""
        return self.loaded + self.updated + self.unchanged + self.duplicate + self.quarantined

    @property
    def is_balanced(self) -> bool:
        """Whether every input has an outcome."""
        return self.inputs == self.accounted_for


@dataclass(frozen=True, slots=True)
class Report:
    """All of it, of one state of the warehouse.

    `received`: counts of days on which something was received.  `published`: articles by printed day, in order.
    `alarms`: what is wrong with outlets now, the critical first.  `health`: rows of the view source_health, whatever
    columns it has, the outlets with most documents first, and `health_comments`: what each column is.
    `health_left_out`: outlets that are not in `health`.
    """

    warehouse: str
    made_at: datetime
    code_version: str
    period: Period
    totals: Totals
    received: tuple[DayCount, ...]
    published: tuple[tuple[date, int], ...]
    refusals: tuple[Refusals, ...]
    failed_checks: tuple[FailedCheck, ...]
    alarms: tuple[Alarm, ...]
    health: tuple[Row, ...]
    health_comments: Mapping[str, str]
    health_left_out: int
    stories: tuple[Story, ...]
    edits: tuple[Edit, ...]
    copies: tuple[Copies, ...]
    samples: tuple[Sample, ...]
    runs: tuple[Run, ...]
