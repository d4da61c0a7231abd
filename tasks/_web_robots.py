"""robots.txt as RFC 9309 has it, read by protego."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit, urlunsplit

from protego import Protego

from schemas.collected import Answer

#: RFC 9309, 2.5: at least 500 KiB must be read; what is behind that may be left out.
MOST_BYTES = 500 << 10
#: RFC 9309, 2.4: not to be used longer than a day, unless it cannot be had.
KEPT = timedelta(hours=24)
#: RFC 9309, 2.3.1.4: a server that cannot say what it allows allows nothing; for how long its old rules still count.
_OLD_RULES = timedelta(days=30)
#: How long to wait before it is asked again for what it could not say.
_UNREACHABLE = timedelta(hours=1)
#: A longer crawl-delay is taken for this long one: a run would do nothing but wait.
_MOST_DELAY = 300.0
NAME = "copydesk"


@dataclass(frozen=True, slots=True)
class Robots:
    """What a site allows; a row of `collected_hosts`.

    `origin`: `https://desk.example`.  `status`: of the answer; 0 when there was none.  `text`: the file; `#` where
    there is none and all is allowed, empty where the site could not say.
    """

    origin: str
    status: int
    text: str
    fetched_at: datetime

    @property
    def is_unreachable(self) -> bool:
        """Whether the site could not say; then nothing is allowed."""
        return not self.text

    def is_fresh(self, now: datetime) -> bool:
        """Whether it need not be asked for again."""
        return timedelta(0) <= now - self.fetched_at < (_UNREACHABLE if self.is_unreachable else KEPT)


class Rules:
    """The rules of a site for us."""

    def __init__(self, robots: Robots):
        self.robots = robots
        self._parsed = Protego.parse(robots.text) if robots.text else None

    def allows(self, url: str) -> bool:
        """Whether a URL may be fetched."""
        if self._parsed is None:
            return not self.robots.is_unreachable
        return bool(self._parsed.can_fetch(url, NAME))

    @property
    def delay_seconds(self) -> float:
        """The crawl-delay, or what a request-rate comes to; 0 when none is asked for."""
        if self._parsed is None:
            return 0.0
        delay = self._parsed.crawl_delay(NAME) or 0.0
        if rate := self._parsed.request_rate(NAME):
            delay = max(delay, rate.seconds / rate.requests)
        return min(delay, _MOST_DELAY)

    @property
    def sitemaps(self) -> list[str]:
        """The sitemaps that it names."""
        return list(self._parsed.sitemaps) if self._parsed else []


def origin_of(url: str) -> str:
    """Scheme, host and port: what a robots.txt is for."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), "", "", ""))


def robots_of(origin: str, answer: Answer, now: datetime, before: Robots | None = None) -> Robots:
    """What an answer to /robots.txt says; `before`: what was said last."""
    if answer.status // 100 == 2 and (answer.outcome == "fetched" or answer.content):  # of one too large, the beginning
        return Robots(origin, answer.status, answer.content[:MOST_BYTES].decode("utf-8", "replace") or "#", now)
    may_be_anything = 400 <= answer.status < 500 and answer.status != 429
    is_loop = answer.outcome == "refused" and answer.status // 100 == 3
    if may_be_anything or is_loop:
        return Robots(origin, answer.status, "#", now)
    if before and before.text and now - before.fetched_at < _OLD_RULES:
        return before
    return Robots(origin, answer.status, "", now)
