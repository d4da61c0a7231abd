"""The one way to the web: a GET whose every hop is checked, within limits of time and size.

`Web.get` never raises for what a server does: the answer says what came of it.  trafilatura's, feedparser's and
everybody else's own downloading is never used.
"""

import asyncio
import importlib.util
import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import BinaryIO
from urllib.parse import urljoin

import httpcore
import httpx

from schemas.collected import Answer
from tasks._web_addresses import SafeBackend, UnsafeAddress, why_unsafe_url
from tasks._web_unpack import Unpackable, unpack
from tasks._web_world import REAL, World

MOST_REDIRECTS = 10
_REDIRECTS = (301, 302, 303, 307, 308)
#: A body larger than this takes one of a few places, so that many large ones at a time are not all in memory.
_SMALL_BODY = 1 << 20
_LARGE_BODIES = 8
_KEPT_BYTES = 1 << 20
#: Bytes a second that a body must come with that may take longer than others: a gigabyte would take a day.
_LEAST_RATE = 1 << 14
#: Hosts to which connections are kept open; more than are ever asked at a time (schemas/source.py, `connections`).
_MOST_HOSTS = 512
#: Unpacking more than this is done in a thread, so that the other connections go on.
_SMALL_PACKED = 1 << 16
#: Kept of the words of a server that go into the warehouse.
_LONGEST_VALIDATOR = 500
_MOST_RETRY_AFTER = 7 * 86400.0
ACCEPT = "text/html,application/xhtml+xml,text/plain;q=0.8,*/*;q=0.5"
ACCEPT_LISTING = (
    "application/rss+xml,application/atom+xml,application/feed+json,application/xml,text/xml;q=0.9,*/*;q=0.5"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one GET: seconds to connect, without a byte, and in all (redirects included, waits for a turn not)."""

    connect_seconds: float = 10.0
    read_seconds: float = 15.0
    total_seconds: float = 28.0


class Into:
    """A body that is too large for memory: what is sent goes into `file`, and may take `seconds` in all."""

    def __init__(self, file: BinaryIO, seconds: float):
        self.file, self.seconds, self._size = file, seconds, 0

    def begin(self) -> "Into":
        """Forget what came of another try."""
        self.file.seek(0)
        self.file.truncate()
        self._size = 0
        return self

    def __len__(self) -> int:
        return self._size

    def __iadd__(self, piece: bytes) -> "Into":
        self.file.write(piece)
        self._size += len(piece)
        return self


#: Called for each hop with its URL: a context manager that waits for the host's turn; what it raises ends the GET.
Gate = Callable[[str], AbstractAsyncContextManager[None]]


class Held(Exception):  # noqa: N818
    """A gate's word that a hop is not to be made: `answer` is what the GET comes to."""

    def __init__(self, answer: Answer):
        super().__init__(answer.detail)
        self.answer = answer


class _SafeTransport(httpx.AsyncHTTPTransport):
    """httpx's own transport to one host, over connections to checked addresses only."""

    def __init__(self, backend: SafeBackend, context: ssl.SSLContext):
        has_http2 = importlib.util.find_spec("h2") is not None
        super().__init__(verify=context, http2=has_http2, trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context, max_connections=2, keepalive_expiry=30.0, http2=has_http2, network_backend=backend
        )


class _Transports(httpx.AsyncBaseTransport):
    """A transport for each host, those that were used last.

    In one pool for all, httpcore looks at every idle connection for every request: with 200 hosts, 38 pages a second.
    """

    def __init__(self, backend: SafeBackend):
        self._backend = backend
        self._context = httpx.create_ssl_context(trust_env=True)  # SSL_CERT_FILE of a company's own authority
        self._by_host: OrderedDict[tuple[str, str, int | None], _SafeTransport] = OrderedDict()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """As httpx's own does."""
        key = (request.url.scheme, request.url.host, request.url.port)
        if key not in self._by_host:
            self._by_host[key] = _SafeTransport(self._backend, self._context)
        self._by_host.move_to_end(key)
        answer = await self._by_host[key].handle_async_request(request)
        while len(self._by_host) > _MOST_HOSTS:
            await self._by_host.popitem(last=False)[1].aclose()
        return answer

    async def aclose(self) -> None:
        """Close all connections."""
        while self._by_host:
            await self._by_host.popitem()[1].aclose()


class Web:
    """Connections to the web, for as long as it is open (`async with`).

    `contact`: who is asked about us, for the User-Agent.  Proxies named in the environment are not used: they would
    connect to addresses that nobody here has checked.
    """

    def __init__(self, contact: str | None = None, limits: Limits | None = None, world: World = REAL):
        self.agent = user_agent(contact)
        self.limits = limits or Limits()
        self.world = world
        self._clients: dict[bool, httpx.AsyncClient] = {}
        self._large = asyncio.Semaphore(_LARGE_BODIES)

    async def __aenter__(self) -> "Web":
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        for client in self._clients.values():
            await client.aclose()

    async def get(
        self, url: str, limit: int, headers: Mapping[str, str] | None = None, allow_private: bool = False,
        gate: Gate | None = None, into: Into | None = None,
    ) -> Answer:  # fmt: skip
        """What is at a URL, of at most `limit` bytes; redirects are followed, each hop through `gate`.

        With `into` the body goes there, as it was sent, and the answer has no content.
        """
        asked, hops, spent = url, 0, 0.0
        while True:
            if problem := why_unsafe_url(url):
                return Answer(url, "refused", detail=f"{_at(url, asked)}{problem}.", hops=hops)
            try:
                async with (gate or _no_gate)(url):
                    hops += 1
                    started = asyncio.get_running_loop().time()
                    answer, location = await self._hop(url, limit, headers, allow_private, spent, into)
                    spent += asyncio.get_running_loop().time() - started
            except Held as held:
                return _with_hops(held.answer, hops)
            if location is None:
                return _with_hops(answer, hops)
            if hops > MOST_REDIRECTS:
                return _with_hops(answer.failed("refused", f"It redirects more than {MOST_REDIRECTS} times."), hops)
            try:
                url = urljoin(url, location)
            except ValueError:
                url = location
            headers = {k: v for k, v in (headers or {}).items() if not k.startswith("If-")}

    async def _hop(
        self, url: str, limit: int, headers: Mapping[str, str] | None, allow_private: bool, spent: float,
        into: Into | None,
    ) -> tuple[Answer, str | None]:  # fmt: skip
        """One request: the answer, and where it redirects to."""
        answer, body = Answer(url, "failed"), bytearray() if into is None else into.begin()
        seconds = self.limits.total_seconds if into is None else into.seconds
        try:
            async with (
                asyncio.timeout(max(0.1, seconds - spent)),
                self._client(allow_private).stream("GET", url, headers=headers) as response,
            ):
                answer = _opened(url, response, self.world.now())
                if response.status_code in _REDIRECTS and (location := response.headers.get("Location")):
                    return answer, location
                if response.status_code == 304:
                    return answer, None
                if not await self._read(response, body, limit):
                    kind = "refused" if answer.outcome == "fetched" else answer.outcome
                    words = f"It has more than the {limit} bytes allowed."
                    return _part(answer, body).failed(kind, words, "too_large"), None
                if isinstance(body, Into):
                    return answer, None
                return await _unpacked(answer, bytes(body), response.headers.get("Content-Encoding", ""), limit), None
        except TimeoutError:
            words = f"It did not all come within {seconds:g} seconds."
            return _part(answer, body).failed("failed", words), None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as error:
            if unsafe := _cause(error, UnsafeAddress):
                return answer.failed("refused", f"It may not be connected to: {unsafe}."), None
            # httpx leaves the message of a timeout empty.
            words = " ".join(str(error).split()).rstrip(".")[:300] or type(error).__name__
            kind = "refused" if isinstance(error, (httpx.InvalidURL, httpx.UnsupportedProtocol)) else "failed"
            return _part(answer, body).failed(kind, f"The connection failed: {words}."), None

    async def _read(self, response: httpx.Response, body: bytearray | Into, limit: int) -> bool:
        """The body as it was sent, into `body`; False when it is more than the limit."""
        started = asyncio.get_running_loop().time()
        declared = response.headers.get("Content-Length", "")
        if declared.isdecimal() and int(declared) > limit:
            return False
        is_large = False
        try:
            async for piece in response.aiter_raw():
                body += piece
                if len(body) > limit:
                    return False
                if isinstance(body, Into):
                    took = asyncio.get_running_loop().time() - started
                    if took > self.limits.total_seconds and len(body) < took * _LEAST_RATE:
                        raise httpx.ReadTimeout(f"fewer than {_LEAST_RATE:,} bytes a second came")
                elif len(body) > _SMALL_BODY and not is_large:
                    await self._large.acquire()
                    is_large = True
        finally:
            if is_large:
                self._large.release()
        # h11 and h2 see to it for their own framing; this is for what they let through.
        if declared.isdecimal() and len(body) < int(declared):
            raise httpx.RemoteProtocolError("the body is shorter than the server said")
        return True

    def _client(self, allow_private: bool) -> httpx.AsyncClient:
        if allow_private not in self._clients:
            backend = SafeBackend(allow_private, self.world.resolve, self.world.backend)
            limits = self.limits
            self._clients[allow_private] = httpx.AsyncClient(
                transport=_Transports(backend),
                headers={"User-Agent": self.agent, "Accept": ACCEPT, "Accept-Encoding": "gzip, deflate, br"},
                timeout=httpx.Timeout(limits.read_seconds, connect=limits.connect_seconds, pool=None),
                follow_redirects=False,
                trust_env=False,
            )
        client = self._clients[allow_private]
        client.cookies.clear()  # nobody logs in here; and what a host sets must not follow us about
        return client


def user_agent(contact: str | None = None) -> str:
    """`copydesk/0.1.0 (+https://desk.example/robots)`."""
    try:
        name = f"copydesk/{version('copydesk')}"
    except PackageNotFoundError:
        name = "copydesk"
    return f"{name} (+{contact})" if contact else name


def _opened(url: str, response: httpx.Response, now: datetime) -> Answer:
    status, headers = response.status_code, response.headers
    detail = None
    if response.is_success:
        outcome = "fetched"
    elif status == 304:
        outcome = "not_modified"
    elif status in (404, 410):
        outcome, detail = "gone", f"The server answered HTTP status {status}."
    else:
        may_pass = status in (408, 425, 429) or status >= 500
        outcome = "failed" if may_pass else "refused"
        detail = f"The server answered HTTP status {status}."
    return Answer(
        url, outcome, status, content_type=headers.get("Content-Type", "")[:_LONGEST_VALIDATOR],
        etag=_validator(headers.get("ETag")), last_modified=_validator(headers.get("Last-Modified")), detail=detail,
        retry_after=retry_after(headers.get("Retry-After"), now),
    )  # fmt: skip


def _validator(value: str | None) -> str | None:
    return value if value and len(value) <= _LONGEST_VALIDATOR and value.isprintable() else None


async def _unpacked(answer: Answer, raw: bytes, codings: str, limit: int) -> Answer:
    try:
        if len(raw) > _SMALL_PACKED and codings:
            content = await asyncio.to_thread(unpack, raw, codings, limit)
        else:
            content = unpack(raw, codings, limit)
    except Unpackable as error:
        if answer.outcome != "fetched":  # an error page; what it says does not matter
            return answer
        reason = "too_large" if error.is_large else "unreadable"
        return answer.failed("failed" if error.is_cut else "refused", str(error), reason)
    return replace(answer, content=content)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After asks for, as a number or a date; None when it says nothing sensible."""
    text = (value or "").strip()
    if text.isdecimal() and len(text) < 10:
        return min(float(text), _MOST_RETRY_AFTER)
    try:
        seconds = (parsedate_to_datetime(text) - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), _MOST_RETRY_AFTER)


def _part(answer: Answer, body: bytearray | Into) -> Answer:
    """The answer with what came of its body, as evidence; it is never taken for the whole."""
    if isinstance(body, Into):
        return answer
    return replace(answer, content=bytes(body[:_KEPT_BYTES]))


def _cause(error: BaseException | None, kind: type[Exception]) -> BaseException | None:
    while error is not None and not isinstance(error, kind):
        error = error.__cause__ or error.__context__
    return error


def _at(url: str, asked: str) -> str:
    return "" if url == asked else f"It redirects to {url[:200]}: "


def _with_hops(answer: Answer, hops: int) -> Answer:
    return replace(answer, hops=hops)


@asynccontextmanager
async def _no_gate(url: str) -> AsyncIterator[None]:
    yield


def ascii_host(url: str) -> str | None:
    """A URL's server by the name it is asked for: bücher.example is xn--bcher-kva.example; None where it has none."""
    try:
        return httpx.URL(url).raw_host.decode("ascii").rstrip(".")
    except httpx.InvalidURL:
        return None
