"""What is collected, as seeds/sources.toml says it."""

from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal

from schemas.errors import UsageError
from schemas.settings import MEBIBYTE

Kind = Literal["feed", "sitemap", "urls", "folder", "warc", "dump"]
#: `rss`, `atom` and `jsonfeed` may be said for `feed`: which of them it is, is seen in it.
FEED_KINDS = ("feed", "rss", "atom", "jsonfeed")
LISTED_KINDS = ("feed", "sitemap")
WEB_KINDS = (*LISTED_KINDS, "urls")
FILE_KINDS = ("folder", "warc", "dump")
#: The groups of prefect.yaml; `manual` has no deployment.
SCHEDULES = ("quarter-hourly", "hourly", "daily", "weekly", "manual")


def is_url(address: str) -> bool:
    """Whether an address is one of the web."""
    return address.lower().startswith(("http://", "https://"))


@dataclass(frozen=True, slots=True)
class Limits:
    """How a source may be asked.

    `delay_seconds`: between the end of a request and the next to the same host; a longer one in robots.txt wins.
    `requests`: to be sent for the source in one run.  `page_bytes`: of a page or feed, before and after decompression.
    `archive_bytes`: of a web archive as it is sent.  `waiting`: addresses that may be known and not fetched yet, so
    that no sitemap fills the warehouse; what is named beyond them is left until there is room.
    `recent_days`: what a feed or sitemap says is older is not new (`--since` asks for it).  `revisit_hours`: how long
    after a visit the next follows; after the last of them a page is left alone.
    """

    delay_seconds: float = 2.0
    requests: int = 500
    page_bytes: int = 8 * MEBIBYTE
    archive_bytes: int = 2048 * MEBIBYTE
    waiting: int = 50_000
    recent_days: float = 7.0
    revisit_hours: tuple[float, ...] = (1.0, 3.0, 12.0, 24.0, 72.0)


@dataclass(frozen=True, slots=True)
class Source:
    """One entry.

    `id`: how commands and the warehouse's tables call it.  `name`: the outlet, as `articles.source` gives it.
    `addresses`: URLs; of `urls` also files with a URL a line; of `folder` and `dump` paths, of `warc` both.
    `language`: ISO 639-1, of every article.  `zone`: the IANA zone of times that name none.  `allow_private`:
    addresses of this machine and of private networks may be connected to.
    """

    id: str
    name: str
    kind: Kind
    addresses: tuple[str, ...]
    language: str | None = None
    zone: str | None = None
    schedule: str = "manual"
    enabled: bool = True
    allow_private: bool = False
    limits: Limits = field(default_factory=Limits)

    @property
    def is_web(self) -> bool:
        """Whether anything of it is fetched, not read."""
        return self.kind in WEB_KINDS or bool(self.archives)

    @property
    def archives(self) -> tuple[str, ...]:
        """Web archives that are to be fetched."""
        return tuple(filter(is_url, self.addresses)) if self.kind == "warc" else ()

    @property
    def paths(self) -> tuple[str, ...]:
        """Files and folders whose documents are read as they are."""
        return tuple(a for a in self.addresses if not is_url(a)) if self.kind in FILE_KINDS else ()


@dataclass(frozen=True, slots=True)
class Budget:
    """What one run may spend in all: `requests`, of them `requests_per_host`, `seconds`; `connections` at a time."""

    requests: int = 10_000
    requests_per_host: int = 500
    seconds: float = 900.0
    connections: int = 64


@dataclass(frozen=True, slots=True)
class SourceBook:
    """A whole file of sources; `contact`: an e-mail or web address, for the User-Agent."""

    path: Path
    contact: str | None = None
    budget: Budget = field(default_factory=Budget)
    sources: tuple[Source, ...] = ()

    def spending(self, requests: int | None) -> "SourceBook":
        """The same with so many requests a run at most; as it is for None."""
        return self if requests is None else replace(self, budget=replace(self.budget, requests=requests))


@dataclass(frozen=True, slots=True)
class Window:
    """The days (UTC, both included) that a backfill asks for; without any, what is new."""

    since: date | None = None
    until: date | None = None

    def __post_init__(self):
        if self.since and self.until and self.since > self.until:
            raise UsageError(f"--since {self.since} is after --until {self.until}: nothing can be of those days")

    @property
    def is_backfill(self) -> bool:
        """Whether days are asked for."""
        return bool(self.since or self.until)


ALWAYS = Window()
