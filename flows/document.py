"""One document's way from raw bytes to a record: the per-document steps, in order.

Pure, and run in worker processes: nothing here, nor in what it imports, may import Prefect or Great Expectations.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING

from schemas.article import Article
from schemas.document import Document
from schemas.draft import Draft
from schemas.errors import CopydeskError
from schemas.outcome import Refusal
from schemas.settings import MEBIBYTE, Settings

if TYPE_CHECKING:
    from tasks._memory import Memory


def make_article(document: Document, settings: Settings) -> Article:
    """The document as a record: accepted, or rejected with its reasons; it never raises for what is in a document."""
    return take_apart(document, settings)[1]


def take_apart(document: Document, settings: Settings) -> tuple[Draft, Article]:
    """The record, and the pieces it was made from (an empty draft when the document was refused before that).

    An exception in a step is a fault of ours or copy that nobody foresaw; either way it costs this document only,
    which is refused as `unreadable` with the step and the exception in the detail, and kept for a replay.
    """
    draft, step = Draft(), "read"
    memory = _memory(settings) if document.media_type == "text/plain" else None
    try:
        if document.refusal:
            return draft, refused(document, document.refusal)
        if document.media_type == "text/html":
            from tasks.extract import extract_document as take  # trafilatura costs 0.4 s: only for HTML

            step = "extract"
        elif document.media_type == "text/plain":
            from tasks.strip import strip_document

            take, step = partial(strip_document, memory=memory), "strip"
        else:
            detail = f"documents of type {document.media_type} are not read here"
            return draft, refused(document, Refusal(("unsupported_type",), step, detail))
        taken = take(document)
        if isinstance(taken, Refusal):
            return draft, refused(document, taken)
        draft, step = taken, "repeats"
        from tasks.repeats import mark_repeats

        draft, step = mark_repeats(draft), "normalise"
        from tasks.normalise import normalise

        article, step = normalise(draft, document), "refuse"
        from tasks.refuse import find_refusal

        refusal = find_refusal(article, draft)
    except MemoryError:
        draft = Draft()  # what little there is may be needed to say so
        return draft, refused(document, out_of_memory(settings, step))
    except CopydeskError:
        raise  # rules or settings that are wrong are no document's fault
    except Exception as error:
        words = " ".join(str(error).split())[:300]
        return draft, refused(document, Refusal(("unreadable",), step, f"{type(error).__name__}: {words}"))
    return draft, _rejected(article, refusal) if refusal else article


def _memory(settings: Settings) -> "Memory | None":
    """What was learned of sources; a file that cannot be read is no document's fault, and raises WarehouseError."""
    if settings.memory is None:
        return None
    from tasks._memory import load_memory

    return load_memory(settings.memory)


class _TimeIsUp(BaseException):
    """Not an `Exception`, so that no step can take it for a fault in the copy."""


def take_apart_in_time(document: Document, settings: Settings) -> tuple[Draft, Article]:
    """`take_apart` in this process, given up after `settings.document_seconds`; for one or two small documents.

    The alarm is heard between two steps of Python only, not inside lxml: large documents go to the pool.
    """
    try:
        with _alarm(settings.document_seconds):
            return take_apart(document, settings)
    except _TimeIsUp:
        return Draft(), refused(document, timed_out(settings))


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield  # signals reach the main thread only, and not on Windows
        return

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise _TimeIsUp

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def timed_out(settings: Settings) -> Refusal:
    """The refusal of a document that took too long."""
    return Refusal(("timeout",), "extract", f"took longer than {settings.document_seconds:g} seconds")


def out_of_memory(settings: Settings, step: str) -> Refusal:
    """The refusal of a document that needs more memory than a document may have."""
    most = settings.document_memory_bytes // MEBIBYTE
    return Refusal(("too_large",), step, f"needs more than the {most} MiB of memory that a document may take")


def refused(document: Document, refusal: Refusal) -> Article:
    """A document refused before it was a record: only what was given with it is known."""
    given = document.given
    bare = Article(document.document_id, document.origin, source=given.source, url=given.url, title=given.title)
    return _rejected(bare, refusal)


def _rejected(article: Article, refusal: Refusal) -> Article:
    return replace(article, outcome="rejected", reasons=refusal.reasons, stage=refusal.stage, detail=refusal.detail)


def tell_why(document: Document, draft: Draft) -> dict[tuple[int, int], str]:
    """What told the labeller, by line (0 in HTML) and position of the pieces of `draft`; empty of an empty one."""
    if not draft.pieces:
        return {}
    if document.media_type == "text/html":
        from tasks.extract import tell_why as of_page

        return of_page(document, draft)
    from tasks.strip import tell_why as of_copy

    return of_copy(document)
