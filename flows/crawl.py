"""Requests on their way: an event loop in a thread of its own, which is given jobs and gives visits back.

Nothing here knows the warehouse.  What is asked for, and what is remembered of it, is flows/gather.py's.
"""

import asyncio
import queue
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from schemas.collected import Answer, Job, Listing, Visit
from schemas.errors import CopydeskError
from schemas.settings import MEBIBYTE
from schemas.source import SourceBook
from tasks import discover
from tasks._web_client import ACCEPT_LISTING, Held, Into, Limits, Web
from tasks._web_manners import MOST_TRIES, Manners, host_of
from tasks._web_robots import MOST_BYTES, Robots, Rules, origin_of, robots_of
from tasks._web_world import REAL, World

#: Tests put another in its place.
WORLD: World = REAL
WEB_LIMITS = Limits()
#: Pages that came and were not taken yet; more are not asked for meanwhile.
_MOST_HELD_BYTES = 32 * MEBIBYTE
_HELD_POLL_SECONDS = 0.02
#: The protocol allows 50 MiB; hardly any has a tenth of it.
_SITEMAP_BYTES = 16 * MEBIBYTE


class Crawl:
    """Jobs in, visits out (`with`); each host has one request at a time, and as many hosts at a time as allowed."""

    def __init__(self, book: SourceBook, robots: Iterable[Robots] = (), world: World | None = None):
        self.book = book
        self.world = world or WORLD
        self.waiting = 0
        self._robots = {item.origin: item for item in robots}
        self._rules: dict[str, Rules] = {}
        self._asking: dict[str, asyncio.Lock] = {}
        self._queues: dict[str, deque[Job]] = {}
        self._spent: dict[str, int] = {}
        self._done: queue.Queue[Visit | Robots | BaseException] = queue.Queue()
        self._held_bytes = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="crawl", daemon=True)

    def __enter__(self) -> "Crawl":
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    def add(self, jobs: Iterable[Job]) -> None:
        """Ask for these too, each once its host's turn has come."""
        new = list(jobs)
        self.waiting += len(new)
        self._loop.call_soon_threadsafe(self._take, new)

    def next(self, seconds: float) -> Visit | Robots | None:
        """What came of the next job that is done, or a robots.txt to be remembered; None when nothing is so soon."""
        try:
            item = self._done.get(seconds > 0, seconds or None)
        except queue.Empty:
            return None
        if isinstance(item, BaseException):
            raise CopydeskError(f"collecting stopped: {type(item).__name__}: {item}") from item
        if isinstance(item, Visit):
            self.waiting -= 1
            self._held_bytes -= len(item.answer.content)
        return item

    def next_few(self, seconds: float, most: int) -> list[Visit | Robots]:
        """`next`, and what else is there already."""
        item = self.next(seconds)
        items = []
        while item is not None:
            items.append(item)
            item = self.next(0) if len(items) < most and not self._done.empty() else None
        return items

    # In the thread ---------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        self._manners = Manners(self.book.budget, self.world)
        self._busy = asyncio.Semaphore(self.book.budget.connections)
        self._reading = asyncio.Lock()  # two listings at once take the memory of two, and as long
        async with Web(self.book.contact, WEB_LIMITS, self.world) as self._web:
            self._ready.set()
            await self._end.wait()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _take(self, jobs: list[Job]) -> None:
        for job in jobs:
            host = host_of(job.url)
            if host in self._queues:
                self._queues[host].append(job)
                continue
            self._queues[host] = deque([job])
            task = self._loop.create_task(self._serve(host))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(self, host: str) -> None:
        """The jobs of one host, one after the other, until there are none."""
        try:
            while jobs := self._queues[host]:
                while self._held_bytes > _MOST_HELD_BYTES:
                    await asyncio.sleep(_HELD_POLL_SECONDS)
                visit = await self._visit(jobs.popleft())
                self._held_bytes += len(visit.answer.content)
                self._done.put(visit)
            del self._queues[host]
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            self._done.put(error)

    async def _visit(self, job: Job) -> Visit:
        listing = None
        try:
            answer = await self._ask(job)
            if job.what in ("feed", "sitemap") and answer.outcome == "fetched":
                async with self._reading:
                    listing = await asyncio.to_thread(read_listing, job, answer)
        except Exception as error:  # a fault of ours with one address must not cost the others
            words = " ".join(str(error).split())[:200]
            answer = Answer(job.url, "failed", detail=f"Unexpected {type(error).__name__}: {words}")
        return Visit(job, answer, self.world.now(), listing)

    async def _ask(self, job: Job) -> Answer:
        """The answer, after as many tries as it is worth in this run."""
        limits, hops = job.source.limits, 0
        limit = max(limits.page_bytes, _SITEMAP_BYTES) if job.what == "sitemap" else limits.page_bytes
        into: Into | None = None
        if job.file:
            limit, into = limits.archive_bytes, Into(job.file, self.book.budget.seconds)
        host = self._manners.host(job.url)
        answer = Answer(job.url, "left")
        for _ in range(MOST_TRIES):
            answer = await self._web.get(job.url, limit, _headers(job), job.source.allow_private, self._gate(job), into)
            hops += answer.hops
            if answer.outcome != "failed":
                if answer.hops:
                    self._manners.note_success(host)
                break
            if self._manners.note_failure(host, answer.retry_after) is None:
                break
        return replace(answer, hops=hops)

    def _gate(self, job: Job) -> Any:
        """For each hop of a job: what robots.txt says, the budgets, and the host's turn."""

        @asynccontextmanager
        async def gate(url: str) -> AsyncIterator[None]:
            host, source = self._manners.host(url), job.source
            if why := self._manners.why_not(host):
                raise Held(Answer(url, "left", detail=why))
            rules = await self._rules_of(origin_of(url), job)
            if rules.robots.is_unreachable:
                raise Held(Answer(url, "left", detail=f"{rules.robots.origin}/robots.txt could not be had."))
            if not rules.allows(url):
                raise Held(Answer(url, "forbidden", detail=f"robots.txt does not allow {url[:300]}."))
            if self._spent.get(source.id, 0) >= source.limits.requests:
                raise Held(Answer(url, "left", detail=f"The source's {source.limits.requests} requests are spent."))
            self._spent[source.id] = self._spent.get(source.id, 0) + 1
            delay = max(source.limits.delay_seconds, rules.delay_seconds)
            async with self._manners.turn(host, delay), self._busy:
                yield

        return gate

    async def _rules_of(self, origin: str, job: Job) -> Rules:
        """The rules of a site; its robots.txt is asked for when what is known of it is too old."""
        async with self._asking.setdefault(origin, asyncio.Lock()):
            known = self._rules.get(origin)
            if known is not None and (known.robots.is_fresh(self.world.now()) or known.robots.is_unreachable):
                return known
            before = self._robots.get(origin)
            if before is None or not before.is_fresh(self.world.now()):
                before = await self._fetch_robots(origin, job, before)
            self._rules[origin] = Rules(before)
            return self._rules[origin]

    async def _fetch_robots(self, origin: str, job: Job, before: Robots | None) -> Robots:
        @asynccontextmanager
        async def gate(url: str) -> AsyncIterator[None]:
            async with self._manners.turn(self._manners.host(url), job.source.limits.delay_seconds), self._busy:
                yield

        answer = await self._web.get(
            f"{origin}/robots.txt", 4 * MOST_BYTES, {"Accept": "text/plain,*/*;q=0.5"}, job.source.allow_private, gate
        )
        if answer.outcome == "left" or (answer.outcome == "refused" and not answer.status):  # an address not for us
            raise Held(answer)
        robots = robots_of(origin, answer, self.world.now(), before)
        if answer.outcome == "failed":
            self._manners.note_failure(self._manners.host(origin), answer.retry_after)
        self._done.put(robots)
        return robots


def read_listing(job: Job, answer: Answer) -> Listing:
    """What a feed or sitemap says."""
    if job.what == "feed":
        return discover.read_feed(answer.content, answer.url)
    return discover.read_sitemap(answer.content, answer.url, max(job.source.limits.page_bytes, _SITEMAP_BYTES))


def _headers(job: Job) -> Mapping[str, str]:
    headers: dict[str, str] = {}
    if job.what in ("feed", "sitemap"):
        headers["Accept"] = ACCEPT_LISTING
    elif job.what == "archive":  # packed in itself
        headers |= {"Accept": "application/warc,*/*;q=0.5", "Accept-Encoding": "identity"}
    if job.etag:
        headers["If-None-Match"] = job.etag
    if job.last_modified:
        headers["If-Modified-Since"] = job.last_modified
    return headers
