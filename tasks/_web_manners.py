"""One host at a time, one request at a time: turns, delays, back-off and budgets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from schemas.collected import Answer, Job
from schemas.source import Budget
from tasks._web_client import Held, ascii_host
from tasks._web_world import World

#: Seconds before another try after a failure that may pass: doubled each time, and drawn between half of it and all.
FIRST_BACKOFF = 2.0
MOST_BACKOFF = 60.0
#: A wait that a server asks for is waited for in the run when it is no longer than this.
LONGEST_WAIT = 120.0
#: Failures in a row after which a host is left alone for the run.
MOST_FAILURES = 4
#: Tries of one address in a run.
MOST_TRIES = 3

#: Hours until a page or feed that failed is asked again, by a run to come: doubled each time.
_FIRST_AGAIN_HOURS = 0.25
_MOST_AGAIN_HOURS = 24.0
#: After so many failures in a row a page is given up: four days.
MOST_TRIES_IN_ALL = 10
#: A page that is older than this when it is fetched is not watched for changes.
_WATCHED = timedelta(days=30)


def host_of(url: str) -> str:
    """The server that a URL names: host and port, whatever the scheme, and however the name is spelled."""
    parts = urlsplit(url)
    name = (parts.hostname or "").rstrip(".")
    if not name.isascii():
        name = ascii_host(url) or name
    return f"{name}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


@dataclass
class Host:
    """A server: `next_at`: when it may be asked next; `failures`: in a row; `requests`: in this run.

    `is_left`: it is not asked any more in this run, and `why`.
    """

    name: str
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    next_at: datetime | None = None
    failures: int = 0
    requests: int = 0
    why: str | None = None


class Manners:
    """All hosts of a run, and what it may still spend."""

    def __init__(self, budget: Budget, world: World):
        self.budget = budget
        self.world = world
        self.hosts: dict[str, Host] = {}
        self.requests = 0
        self.ends_at = world.now() + timedelta(seconds=budget.seconds)

    def host(self, url: str) -> Host:
        """The host of a URL."""
        name = host_of(url)
        if name not in self.hosts:
            self.hosts[name] = Host(name)
        return self.hosts[name]

    def why_not(self, host: Host) -> str | None:
        """Why a host is not asked now; None when it may be, in its turn."""
        if host.why:
            return host.why
        if self.requests >= self.budget.requests:
            return f"The run's budget of {self.budget.requests} requests is spent."
        if host.requests >= self.budget.requests_per_host:
            return f"The budget of {self.budget.requests_per_host} requests to one host is spent."
        if max(self.world.now(), host.next_at or self.world.now()) >= self.ends_at:
            return f"The run's time of {self.budget.seconds:g} s is over."
        return None

    @asynccontextmanager
    async def turn(self, host: Host, delay: float) -> AsyncIterator[None]:
        """Wait for the host to be free and its delay to be over; the next one waits from the end of this.

        Raises Held when the host is not to be asked, or not any more once it is this one's turn.
        """
        async with host.lock:
            if why := self.why_not(host):
                raise Held(Answer("", "left", detail=why))
            if host.next_at and (seconds := (host.next_at - self.world.now()).total_seconds()) > 0:
                await self.world.sleep(seconds)
            host.requests += 1
            self.requests += 1
            try:
                yield
            finally:
                host.next_at = self.world.now() + timedelta(seconds=delay)

    def note_success(self, host: Host) -> None:
        """The host answered."""
        host.failures = 0

    def note_failure(self, host: Host, retry_after: float | None) -> float | None:
        """Seconds to wait for the host before another try; None when it is left alone for the rest of the run."""
        host.failures += 1
        seconds = min(MOST_BACKOFF, FIRST_BACKOFF * 2 ** (host.failures - 1)) * (0.5 + self.world.random() / 2)
        if retry_after is not None:
            seconds = max(seconds if retry_after == 0 else 0.0, retry_after)
        at = self.world.now() + timedelta(seconds=seconds)
        if seconds > LONGEST_WAIT:
            host.why = f"The server asks to be left alone for {seconds:.0f} s."
        elif host.failures >= MOST_FAILURES:
            host.why = f"{host.name} failed {host.failures} times in a row."
        elif at >= self.ends_at:
            host.why = f"{host.name} may not be asked again before the run's time is over."
        host.next_at = max(at, host.next_at or at)
        return None if host.why else seconds


def next_visit(job: Job, answer: Answer, now: datetime, chance: float) -> datetime | None:
    """When a page or feed is asked for again by a run to come; None: a page is not, a feed is at the next occasion.

    `chance`: 0 to 1, so that what failed together does not come back together.
    """
    if answer.outcome == "failed":
        if job.what == "page" and job.failures + 1 >= MOST_TRIES_IN_ALL:
            return None
        hours = min(_MOST_AGAIN_HOURS, _FIRST_AGAIN_HOURS * 2 ** min(job.failures, 20)) * (0.5 + chance / 2)
        return now + max(timedelta(hours=hours), timedelta(seconds=answer.retry_after or 0))
    if job.what != "page" or answer.outcome not in ("fetched", "not_modified"):
        return None
    hours = job.source.limits.revisit_hours
    is_old = job.published_at is not None and now - job.published_at > _WATCHED
    return now + timedelta(hours=hours[job.visits]) if job.visits < len(hours) and not is_old else None
