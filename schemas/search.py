"""What is searched for among articles, and what is found."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """Which articles are looked at: of an outlet (capitals do not matter), published on the days from `since` to
    `until`, both inclusive, in a language (ISO 639-1).  An article without a date is in no span of days.
    """

    source: str | None = None
    since: date | None = None
    until: date | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that was found.

    `score`: BM25 over all its words, and that of its title on top; higher is better, and comparable within one search.
    `snippet`: a passage of at most 240 characters in one line; `marks`: begin and end of the finds in it.
    """

    score: float
    published_at: datetime | None
    published_on: date | None
    source: str | None
    language: str | None
    title: str | None
    snippet: str
    url: str | None
    article_id: str
    version: int
    marks: tuple[tuple[int, int], ...] = ()
