"""A worker process: documents come down a pipe of its own, results go back up.

Nothing imported here may import Prefect or Great Expectations: each worker would pay seconds and 300 MB.
"""

import contextlib
import ctypes
import gc
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from flows.document import make_article
from flows.guard import GC_THRESHOLD, die_with_parent
from schemas.document import Document
from schemas.settings import MEBIBYTE, Settings
from tasks._main_text import load_stoplists
from tasks._phrases import languages, load_phrases

#: Sent once, when the process is ready for documents.
READY = b"ready"
#: A process that has grown by this much with a document gives way to a fresh one: freed memory seldom goes back.
_GROWN_BYTES = 256 * MEBIBYTE
_PR_SET_PDEATHSIG = 1


def serve(pipe: Connection, make: Callable[[Document, Settings], Any], settings: Settings, parent: int) -> None:
    """Answer each document that comes with (result or exception, whether this process now ends)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends its workers itself
    end_with_parent(parent)
    gc.set_threshold(*GC_THRESHOLD)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):  # the parent is gone
        warm()
        before = _data_bytes()
        cap_memory(settings.document_memory_bytes)
        pipe.send_bytes(READY)
        grown = False
        while not grown:
            document = pipe.recv()
            try:
                result = make(document, settings)
            except Exception as error:
                result = error
            grown = _data_bytes() - before > _GROWN_BYTES
            try:
                pipe.send((result, grown))
            except MemoryError as error:
                pipe.send((error, grown := True))


def end_with_parent(parent: int) -> None:
    """Be killed when the parent is, even in the middle of a call that holds Python's lock.

    Linux sends its signal when the thread that started this process ends; the pool's thread for it outlives it.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    die_with_parent(parent)  # everywhere, and for a parent that ended before this


def warm() -> None:
    """What a worker does before its first document: everything that is loaded once, loaded."""
    words = b"The ferry to the island was late again on 3 May 2019, its captain said, and nobody on the quay minded."
    for media_type, content in (
        ("text/plain", words),
        ("text/html", b"<html><body><p>" + words + b"</p></body></html>"),
    ):
        make_article(Document("0" * 64, "warm-up", content, media_type), Settings())
    load_stoplists()
    for language in languages():
        load_phrases(language)


def cap_memory(more: int) -> None:
    """Let this process take `more` bytes than it has now; what asks for more gets a MemoryError.

    Linux counts in RLIMIT_DATA what a process has for itself alone, which is what lxml and Python take (RLIMIT_AS would
    also count libraries and what threads set aside and never touch).  Elsewhere nothing is capped.
    """
    held = _data_bytes()
    if held:
        import resource

        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        soft = held + more
        resource.setrlimit(resource.RLIMIT_DATA, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _data_bytes() -> int:
    """Private memory of this process, 0 where there is no /proc."""
    try:
        with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 - read after every document
            return int(statm.read().split()[5]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
