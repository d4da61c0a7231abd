"""What collecting finds and what comes of a request, as plain values."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import BinaryIO, Literal

from schemas.source import Source

#: What came of a request.
#:   fetched, not_modified   it is there (200, 304)
#:   gone                    404, 410
#:   refused                 it will not do, now or later: too large, no page, an address that is not for us
#:   forbidden               robots.txt
#:   failed                  it may pass: no connection, 429, 5xx, too slow, cut off
#:   left                    not asked: the budget is spent, or the host wants to be left alone for now
Outcome = Literal["fetched", "not_modified", "gone", "refused", "forbidden", "failed", "left"]
OUTCOMES: tuple[Outcome, ...] = ("fetched", "not_modified", "gone", "refused", "forbidden", "failed", "left")


@dataclass(frozen=True, slots=True)
class Found:
    """An article's address in a feed or sitemap; `published_at`, `modified_at`: what is said of it there, if it is."""

    url: str
    published_at: datetime | None = None
    modified_at: datetime | None = None
    title: str | None = None

    @property
    def newest(self) -> datetime | None:
        """The later of the two times."""
        return max(filter(None, (self.published_at, self.modified_at)), default=None)


@dataclass(frozen=True, slots=True)
class Listing:
    """A feed or sitemap that was read.

    `kind`: `rss`, `atom`, `jsonfeed`, `sitemap`, `news sitemap`, `sitemap index`, `text`.  `more`: sitemaps that an
    index names, as `Found`.  `problem`: why it is none, or not all of it could be read.
    """

    kind: str
    title: str | None = None
    found: tuple[Found, ...] = ()
    more: tuple[Found, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said in the end.

    `url`: where the redirects led.  `status`: 0 when nothing came.  `content`: decompressed.  `outcome`, `detail`: see
    `Outcome`; the reason in a sentence.  `reason`: the code of a refused document.  `retry_after`: seconds that the
    server asks for.  `hops`: requests that were sent.
    """

    url: str
    outcome: Outcome
    status: int = 0
    content: bytes = b""
    content_type: str = ""
    etag: str | None = None
    last_modified: str | None = None
    detail: str | None = None
    reason: str | None = None
    retry_after: float | None = None
    hops: int = 0

    def failed(self, outcome: Outcome, detail: str, reason: str | None = None) -> "Answer":
        """The same, found to be of no use."""
        return replace(self, outcome=outcome, detail=detail, reason=reason)


@dataclass(frozen=True, slots=True)
class Job:
    """A request to be made: `what` is `page`, `feed`, `sitemap` or `archive`.

    `etag`, `last_modified`: of the last answer.  `file`: what an archive, too large for memory, is written into.
    `visits`: how often it was fetched; `failures`: how often not, since; `published_at`: what its feed says.
    """

    what: str
    url: str
    source: Source
    etag: str | None = None
    last_modified: str | None = None
    visits: int = 0
    failures: int = 0
    published_at: datetime | None = None
    document_id: str | None = None
    file: BinaryIO | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """A job that was done; `listing`: what a feed or sitemap says."""

    job: Job
    answer: Answer
    at: datetime
    listing: Listing | None = None


@dataclass(frozen=True, slots=True)
class VisitNote:
    """What is remembered of a request for a page; see `collected_urls`.

    `came`: whether the page is known to be as it was fetched, now or before.  `document_id`: of new bytes.
    """

    url: str
    visited_at: datetime
    outcome: Outcome
    status: int
    came: bool
    detail: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    document_id: str | None = None
    next_visit_at: datetime | None = None


@dataclass
class SourceTally:
    """What one run did for one source: requests, and the outcomes of its jobs; a row of `collections`."""

    source: Source
    requests: int = 0
    bytes: int = 0
    found: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    detail: str | None = None

    def count(self, visit: Visit) -> None:
        """Add a visit."""
        self.requests += visit.answer.hops
        self.bytes += len(visit.answer.content)
        name = visit.answer.outcome
        self.outcomes[name] = self.outcomes.get(name, 0) + 1
        if name not in ("fetched", "not_modified") and visit.answer.detail:
            self.detail = self.detail or f"{visit.job.url}: {visit.answer.detail}"
