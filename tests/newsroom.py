"""A small news site on loopback: feeds, sitemaps, robots.txt, articles that come and change with time, and faults.

The server counts every request with the time of a clock that tests move.  Names are resolved by the test (`World`), so
that many hosts can live on one port; nothing here ever leaves 127.0.0.1.
"""

import asyncio
import gzip
import hashlib
import socket
import struct
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tasks._web_world import World

START = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


class Clock:
    """Time that stands still until somebody sleeps or moves it."""

    def __init__(self, at: datetime = START):
        self.at = at

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        until = self.at + timedelta(seconds=seconds)
        await asyncio.sleep(0)
        self.at = max(self.at, until)

    def move(self, **much: float) -> None:
        self.at += timedelta(**much)


@dataclass
class Request:
    """A request as it came; `answered`: the status, once there is one."""

    at: datetime
    host: str
    path: str
    headers: dict[str, str]
    status: int = 0


@dataclass
class Reply:
    """An answer.  `raw` writes to the connection itself what no proper server would send."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: Callable[[asyncio.StreamWriter], Awaitable[None]] | None = None


Site = Callable[[Request], Reply]


class Newsroom:
    """The server (`with`): `sites` by host name; `requests` in the order in which they came."""

    def __init__(self, clock: Clock | None = None):
        self.clock = clock or Clock()
        self.sites: dict[str, Site] = {}
        self.requests: list[Request] = []
        self.open = self.most_open = 0
        self._ready = threading.Event()

    def __enter__(self) -> "Newsroom":
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), daemon=True)
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    def world(self) -> World:
        """The world in which every name leads here."""

        async def resolve(host: str, port: int) -> list[str]:
            return ["127.0.0.1"]

        return World(self.clock.now, self.clock.sleep, resolve, lambda: 0.5)

    def url(self, host: str, path: str = "/") -> str:
        return f"http://{host}:{self.port}{path}"

    def asked(self, host: str, path: str | None = None) -> list[Request]:
        return [r for r in self.requests if r.host == host and (path is None or r.path == path)]

    async def _main(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=512)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._end.wait()
        server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            while await self._answer(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self.open -= 1
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
        path = head[0].split(" ")[1]
        request = Request(self.clock.now(), headers.get("host", "").partition(":")[0], path, headers)
        self.requests.append(request)
        site = self.sites.get(request.host)
        reply = site(request) if site else Reply(b"no such site", 404)
        request.status = reply.status
        if reply.raw:
            await reply.raw(writer)
            return False
        lines = [f"HTTP/1.1 {reply.status} OK"]
        if reply.status != 304:
            reply.headers.setdefault("Content-Type", "text/html; charset=utf-8")
            lines.append(f"Content-Length: {len(reply.body)}")
        lines += [f"{k}: {v}" for k, v in reply.headers.items()]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + (b"" if reply.status == 304 else reply.body))
        await writer.drain()
        return True


# An outlet -----------------------------------------------------------------------------------------------------------

_SENTENCES = (
    "The {what} in {town} will open an hour later from Monday, the council said on Tuesday after a long meeting.",
    "Its chair told a full room in the old custom house that the budget for {what} left no other choice this year.",
    "Residents of {town} had asked for the change since last summer, when two crews lost a whole day each week.",
    "A report that was read aloud puts the cost of the {what} at some forty thousand, half of it for new lamps.",
    "Nobody from the opposition spoke against it, but three members of the {town} board left before the vote.",
    "The next meeting is set for the first week of the coming month, and will deal with the road to the quarry.",
)
TOWNS = ("Skarra", "Brenholm", "Ostby", "Wend", "Ellery", "Marrow", "Tarn", "Holt", "Varde", "Lund", "Rask", "Thorn")
WHATS = (
    "harbour ferry",
    "swimming hall",
    "night market",
    "covered bridge",
    "grain store",
    "tram depot",
    "town archive",
)


@dataclass
class Story:
    """An article: `changed`: how often it was edited; `gone_at`: when it is taken down."""

    slug: str
    town: str
    what: str
    at: datetime
    changed_at: datetime | None = None
    changed: int = 0
    gone_at: datetime | None = None
    also: str = ""  # another path under which it stands

    @property
    def title(self) -> str:
        return f"{self.town} to open its {self.what} an hour later"

    def page(self, base: str) -> bytes:
        sentences = [s.format(town=self.town, what=self.what) for s in _SENTENCES]
        sentences += [
            f"In a later version number {n} the {self.town} board added a remark of its own."
            for n in range(1, self.changed + 1)
        ]
        paragraphs = "".join(f"<p>{sentence}</p>" for sentence in sentences)
        return (
            f'<!doctype html><html lang="en"><head><title>{self.title}</title>'
            f'<link rel="canonical" href="{base}/{self.slug}">'
            f'<meta property="article:published_time" content="{self.at.isoformat()}"></head>'
            f"<body><article><h1>{self.title}</h1>{paragraphs}</article></body></html>"
        ).encode()


class Paper:
    """An outlet's site: /feed.xml, /sitemap.xml, /robots.txt and its stories, as they are at the clock's time."""

    def __init__(self, room: Newsroom, host: str, robots: str | None = "User-agent: *\nDisallow: /private/\n"):
        self.room, self.host, self.robots = room, host, robots
        self.stories: list[Story] = []
        self.faults: dict[str, Callable[[Request], Reply]] = {}
        self.extra: dict[str, Reply] = {}
        self.feed_limit = 15
        room.sites[host] = self

    @property
    def base(self) -> str:
        return self.room.url(self.host, "")

    def add(self, number: int, at: datetime | None = None, **more: object) -> Story:
        town, what = TOWNS[number % len(TOWNS)], WHATS[number // len(TOWNS) % len(WHATS)]
        slug = f"news/{number}-{town}-{what}".lower().replace(" ", "-")
        story = Story(slug, town, what, at or self.room.clock.now(), **more)  # type: ignore[arg-type]
        self.stories.append(story)
        return story

    def edit(self, story: Story) -> None:
        story.changed += 1
        story.changed_at = self.room.clock.now()

    def __call__(self, request: Request) -> Reply:
        now, path = self.room.clock.now(), request.path
        if path in self.faults:
            return self.faults[path](request)
        if path in self.extra:
            return Reply(**vars(self.extra[path]))
        if path == "/robots.txt":
            return (
                Reply(self.robots.encode(), headers={"Content-Type": "text/plain"})
                if self.robots is not None
                else Reply(b"", 404)
            )
        if path == "/feed.xml":
            return self._conditional(request, self.feed(now), "application/rss+xml")
        if path == "/sitemap.xml":
            return self._conditional(request, self.sitemap(now), "application/xml")
        for story in self.stories:
            if path.lstrip("/") in (story.slug, story.also) and story.at <= now:
                if story.gone_at and story.gone_at <= now:
                    return Reply(b"<html><body>gone</body></html>", 410)
                return self._conditional(request, story.page(self.base), "text/html; charset=utf-8")
        return Reply(b"<html><body>not found</body></html>", 404)

    def _conditional(self, request: Request, body: bytes, kind: str) -> Reply:
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if request.headers.get("if-none-match") == etag:
            return Reply(b"", 304, {"ETag": etag})
        headers = {"ETag": etag, "Content-Type": kind}
        if "gzip" in request.headers.get("accept-encoding", ""):
            body = gzip.compress(body, 1)
            headers["Content-Encoding"] = "gzip"
        return Reply(body, headers=headers)

    def _out(self, now: datetime) -> list[Story]:
        out = [s for s in self.stories if s.at <= now and not (s.gone_at and s.gone_at <= now)]
        return sorted(out, key=lambda s: s.at, reverse=True)

    def feed(self, now: datetime) -> bytes:
        items = ""
        for story in self._out(now)[: self.feed_limit]:
            for path in filter(None, (story.slug + "?utm_source=rss", story.also)):
                items += (
                    f"<item><title>{story.title}</title><link>{self.base}/{path}</link>"
                    f"<pubDate>{format_datetime(story.at)}</pubDate></item>"
                )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{self.host}</title>{items}</channel></rss>'.encode()

    def sitemap(self, now: datetime) -> bytes:
        urls = "".join(
            f"<url><loc>{self.base}/{s.slug}</loc><lastmod>{(s.changed_at or s.at).isoformat()}</lastmod></url>"
            for s in self._out(now)
        )
        return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()


# Faults --------------------------------------------------------------------------------------------------------------

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"


def raw(write: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> Callable[[Request], Reply]:
    return lambda request: Reply(raw=write)


def sends(*pieces: bytes, pause: float = 0.0) -> Callable[[Request], Reply]:
    """These bytes as they are, then the end."""

    async def write(writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return raw(write)


async def _reset(writer: asyncio.StreamWriter) -> None:
    # No farewell: the other side sees "connection reset by peer".
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _endless(writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"\r\n<html><body>")
    for _ in range(1 << 14):  # 1 GiB, should anybody take it
        writer.write(b"<p>" + b"x" * 65_533)
        await writer.drain()


reset, endless = raw(_reset), raw(_endless)
