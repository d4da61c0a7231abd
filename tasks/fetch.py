"""One page from the web, as a Document."""

import asyncio
import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit

from schemas.document import Document, Given
from schemas.errors import CopydeskError, UsageError
from schemas.outcome import Refusal
from schemas.settings import Settings
from tasks._sniff import HTML, TEXT, UNKNOWN, kind_of, sniff
from tasks._streams import HEAD_BYTES, KEPT_BYTES

CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0
#: For the whole page, redirects included: a server that drips a byte a second must not hold a run.
TOTAL_SECONDS = 60.0
MOST_REDIRECTS = 10

_HTML_TYPES = ("text/html", "application/xhtml+xml")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.I)


@dataclass
class _Answer:
    """What has come so far; `problem`: why it is not all, or not a page."""

    url: str
    content: bytearray = field(default_factory=bytearray)
    content_type: str = ""
    problem: Refusal | None = None


def fetch_page(url: str, settings: Settings) -> Document:
    """The page at an http(s) URL; `given.url` is where the redirects led, `origin` is `url` itself.

    An answer that is no page (an error status, too large, cut off, a PDF) is a Document with a refusal.  Raises
    UsageError for a URL that is not http(s), and CopydeskError when nothing came at all.
    """
    _check_url(url)
    answer = _Answer(url)
    # Only asyncio can end a fetch at a given time whatever it waits for; a thread of its own, because the caller may
    # be running an event loop already.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, _fetch(answer, settings.max_document_bytes)).result()
    if not answer.content and answer.problem:
        raise CopydeskError(f"{url}: nothing could be fetched. {answer.problem.detail}")
    return _document(answer, url)


async def _fetch(answer: _Answer, limit: int) -> None:
    import httpx

    headers = {"User-Agent": _user_agent(), "Accept": "text/html,application/xhtml+xml,text/plain,*/*;q=0.5"}
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    try:
        async with (
            asyncio.timeout(TOTAL_SECONDS),
            httpx.AsyncClient(
                follow_redirects=True, max_redirects=MOST_REDIRECTS, timeout=timeout, headers=headers
            ) as client,
            client.stream("GET", answer.url) as response,
        ):
            answer.url = str(response.url)
            answer.content_type = response.headers.get("Content-Type", "")
            if not response.is_success:
                answer.problem = _refusal("unreadable", f"The server answered HTTP status {response.status_code}.")
            async for piece in response.aiter_bytes():
                answer.content += piece
                if len(answer.content) > limit:
                    answer.problem = _refusal("too_large", f"The page has more than the {limit} bytes allowed.")
                    break
    except TimeoutError:
        answer.problem = _refusal("unreadable", f"It did not all come within {TOTAL_SECONDS:.0f} seconds.")
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as error:
        # httpx leaves the message of a timeout empty.
        reason = " ".join(str(error).split()).rstrip(".") or type(error).__name__
        answer.problem = _refusal("unreadable", f"The connection failed: {reason}.")


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        if parts.scheme.lower() in ("http", "https") and parts.hostname:
            return
    except ValueError:
        pass
    raise UsageError(f"{url}: only pages with an http:// or https:// address can be fetched.")


def _document(answer: _Answer, origin: str) -> Document:
    content, refusal = bytes(answer.content), answer.problem
    media_type = sniff(content[:HEAD_BYTES])
    if content and media_type == TEXT and answer.content_type.lower().startswith(_HTML_TYPES):
        media_type = HTML
    if refusal is None and media_type == UNKNOWN:
        refusal = _refusal("unreadable", "The answer is binary data of no kind that is known here.")
    elif refusal is None and media_type not in (HTML, TEXT):
        detail = f"The answer is {kind_of(media_type)}, not a page; download it and give the file."
        refusal = _refusal("unsupported_type", detail)
    charset = _CHARSET.search(answer.content_type)
    return Document(
        document_id=hashlib.sha256(content).hexdigest(),
        origin=origin,
        content=content[:KEPT_BYTES] if refusal and "too_large" in refusal.reasons else content,
        media_type=media_type,
        charset=charset[1] if charset else None,
        given=Given(url=answer.url),
        refusal=refusal,
    )


def _refusal(reason: str, detail: str) -> Refusal:
    return Refusal((reason,), "read", detail)


def _user_agent() -> str:
    try:
        return f"copydesk/{version('copydesk')}"
    except PackageNotFoundError:
        return "copydesk"
