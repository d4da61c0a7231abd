"""A page of the web, as a Document."""

import asyncio
import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from schemas.collected import Answer
from schemas.document import Document, Given
from schemas.errors import CopydeskError, UsageError
from schemas.outcome import Refusal
from schemas.settings import Settings
from tasks._sniff import HTML, TEXT, UNKNOWN, kind_of, sniff
from tasks._streams import HEAD_BYTES, KEPT_BYTES
from tasks._web_client import Limits, Web
from tasks._web_world import REAL, World

#: A person waits for this one page, and tries again by hand.
LIMITS = Limits(read_seconds=20.0, total_seconds=60.0)

_HTML_TYPES = ("text/html", "application/xhtml+xml")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.I)


def fetch_page(url: str, settings: Settings, world: World = REAL) -> Document:
    """The page at an http(s) URL; `given.url` is where the redirects led, `origin` is `url` itself.

    An answer that is no page (an error status, too large, cut off, a PDF) is a Document with a refusal.  Raises
    UsageError for a URL that is not http(s), and CopydeskError when nothing came at all.
    """
    _check_url(url)

    async def get() -> Answer:
        async with Web(limits=LIMITS, world=world) as web:
            return await web.get(url, settings.max_document_bytes, allow_private=settings.allow_private)

    # A thread of its own, because the caller may be running an event loop already.
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(lambda: asyncio.run(get())).result()
    if not answer.content and answer.outcome != "fetched" and answer.reason is None:
        open_it = "" if settings.allow_private or "connected to" not in (answer.detail or "") else (
            " Set COPYDESK_ALLOW_PRIVATE=1 for pages of this machine or of a private network."
        )  # fmt: skip
        raise CopydeskError(f"{url}: nothing could be fetched. {answer.detail}{open_it}")
    return document_of(answer, url, Given(url=answer.url))


def document_of(answer: Answer, origin: str, given: Given) -> Document:
    """The Document of an answer: with a refusal where it is no page."""
    content, refusal = answer.content, None
    if answer.outcome != "fetched":
        refusal = _refusal(answer.reason or "unreadable", answer.detail or "")
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
        given=given,
        refusal=refusal,
    )


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        if parts.scheme.lower() in ("http", "https") and parts.hostname:
            return
    except ValueError:
        pass
    raise UsageError(f"{url}: only pages with an http:// or https:// address can be fetched.")


def _refusal(reason: str, detail: str) -> Refusal:
    return Refusal((reason,), "read", detail)
