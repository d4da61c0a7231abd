"""Web archives (WARC): one document a page that was fetched.

FastWARC reads the headers and the chunked bodies.  The records are cut here, because its iterator ends at the first
record that is broken, and on a gzip file can find the next one only if every record is a member of its own.
"""

from __future__ import annotations

import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from typing import Any

from schemas.document import Document, Given
from schemas.outcome import Refusal
from tasks._dumps import refused
from tasks._sniff import HTML, TEXT, UNKNOWN, WARC, sniff
from tasks._streams import KEPT_BYTES, Unpacked

_HEADER = re.compile(rb"WARC/[01]\.\d+\r?\n(?:(?!WARC/)[^\r\n]+\r?\n)*\r?\n")
_NEXT = re.compile(rb"\n(?=WARC/[01]\.\d+\r?\n)")
#: What stands behind a record that is as long as it says: an empty line, the next record, or the end.
_BEHIND = re.compile(rb"\r?\n\r?\n|\s*(?:WARC/|\Z)")
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_BETWEEN = re.compile(rb"[\r\n \t\0]*")
_LONGEST_HEADER = 1 << 16
_CHUNK = 1 << 18
_PAGES = {"text/html": HTML, "application/xhtml+xml": HTML, "text/plain": TEXT}
_CUT_OFF = "The archive ends in the middle of this record."
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.I)


class _Window:
    """A stream that can be looked into ahead; `offset`: the position of `held[0]` in the stream."""

    def __init__(self, stream: io.BufferedReader[Any]) -> None:
        self._stream = stream
        self.held = bytearray()
        self.offset = 0

    def fill(self, size: int) -> bool:
        """Hold at least `size` bytes if there are as many; False at the end of the stream."""
        while len(self.held) < size:
            piece = self._stream.read(max(_CHUNK, size - len(self.held)))
            if not piece:
                return False
            self.held += piece
        return True

    def drop(self, size: int) -> None:
        del self.held[:size]
        self.offset += size

    def skip(self, size: int) -> bool:
        """Drop `size` bytes, a chunk at a time; False if there were not as many."""
        while size:
            self.fill(min(size, _CHUNK))
            step = min(size, len(self.held))
            if not step:
                return False
            self.drop(step)
            size -= step
        return True

    def drop_space(self) -> None:
        """Drop line ends, and the blank space some writers put between records."""
        while self.fill(1):
            space = _BETWEEN.match(self.held)
            self.drop(space.end() if space else 0)
            if self.held:
                return


def read_warc(stream: io.BufferedReader[Any], unpacked: Unpacked | None, origin: str, limit: int) -> Iterator[Document]:
    """The pages of an archive: responses, resources and conversions that are HTML or plain text.

    `origin#OFFSET` is the record's first byte, counted after .gz or .zst.  What was answered with another status than
    2xx is refused as `not_an_article`; images, scripts, requests, metadata, and revisits are no documents.  A record
    that is broken or cut off is refused as `unreadable`, and reading goes on behind it.
    """
    window = _Window(stream)
    window.drop_space()
    found = last_broken = False
    while window.fill(1):
        start = window.offset
        record, broken = _next_record(window, limit)
        if broken:
            content, detail = broken
            yield refused(content, f"{origin}#{start}", WARC, "unreadable", detail)
            found = True
        elif record:
            document = _page(*record, f"{origin}#{start}", limit)
            if document:
                yield document
                found = True
        last_broken = broken is not None
        window.drop_space()
    if unpacked and unpacked.fault and not last_broken:
        reason = "too_large" if unpacked.is_bomb else "unreadable"
        yield refused(b"", f"{origin}#{window.offset}", WARC, reason, _sentence(unpacked.fault))
    elif not found:
        detail = "The archive holds no page: no response, resource or conversion record of HTML or plain text."
        yield refused(b"", origin, WARC, "empty", detail)


_Record = tuple[Any, bytes, int]


def _next_record(window: _Window, limit: int) -> tuple[_Record | None, tuple[bytes, str] | None]:
    """Take one record: (headers, block, length of the block), where the block of a page too large is cut at `limit`.

    Or what is broken: (bytes, why); the window then stands at the next record.
    """
    from fastwarc.warc import HeaderMap

    window.fill(_LONGEST_HEADER)
    header = _HEADER.match(window.held, 0, _LONGEST_HEADER)
    if not header:
        cut_off = window.held.startswith(b"WARC/") and not _NEXT.search(window.held)
        return None, (_resume(window), _CUT_OFF if cut_off else "What stands here is not the start of a WARC record.")
    headers = HeaderMap()
    try:
        headers.parse(_header_lines(header[0]), True)
        length = int(headers.get("Content-Length") or "-1")
    except (OSError, ValueError):
        length = -1
    if length < 0:
        return None, (_resume(window), "The record's header is broken or does not say how long it is.")
    before = header.end()
    kept = min(length, limit + _LONGEST_HEADER)
    whole = window.fill(before + kept)
    if whole and length == kept:
        window.fill(before + length + 64)
        if _BEHIND.match(window.held, before + length):
            block = bytes(window.held[before : before + length])
            window.drop(before + length)
            return (headers, block, length), None
    elif whole:  # too large to look behind it before taking it
        block = bytes(window.held[before : before + kept])
        window.drop(before + kept)
        if window.skip(length - kept):
            return (headers, block, length), None
        return None, (block[:KEPT_BYTES], _CUT_OFF)
    cut_off = not whole and not _NEXT.search(window.held, before)
    return None, (_resume(window), _CUT_OFF if cut_off else "The record is not as long as it says.")


def _header_lines(header: bytes | bytearray) -> io.BytesIO:
    """A header with the line ends that FastWARC insists on."""
    return io.BytesIO(re.sub(rb"\r?\n", b"\r\n", header))


def _resume(window: _Window) -> bytes:
    """Drop everything up to the next thing that looks like a record; what was dropped, up to KEPT_BYTES of it."""
    dropped = b""
    while True:
        found = _NEXT.search(window.held)
        size = found.end() if found else max(len(window.held) - 16, 0)
        if len(dropped) < KEPT_BYTES:
            dropped += bytes(window.held[: min(size, KEPT_BYTES - len(dropped))])
        window.drop(size)
        if found:
            return dropped
        if not window.fill(len(window.held) + 1):
            dropped += bytes(window.held)
            window.drop(len(window.held))
            return dropped


def _page(headers: Any, block: bytes, length: int, origin: str, limit: int) -> Document | None:
    """The Document of a whole record; None for a record that is none."""
    from fastwarc.warc import HeaderMap

    kind = (headers.get("WARC-Type") or "").lower()
    if kind not in ("response", "resource", "conversion"):
        return None
    content_type = headers.get("Content-Type") or ""
    status, body, too_large = 200, block, length > limit
    if block[:5] == b"HTTP/" and (kind == "response" or "application/http" in content_type.lower()):
        end = _HEADER_END.search(block, 0, _LONGEST_HEADER)
        http = HeaderMap()
        body = block[end.end() :] if end else b""
        try:
            http.parse(_header_lines(block[: end.end() if end else _LONGEST_HEADER]), True)
        except OSError:
            return refused(block, origin, WARC, "unreadable", "The HTTP header in the record is broken.")
        status, content_type = http.status_code or 0, http.get("Content-Type") or ""
        too_large = length - (len(block) - len(body)) > limit
        if not too_large:
            body, too_large = _http_body(body, http, limit)
    elif content_type.lower().startswith("application/http"):
        return refused(block, origin, WARC, "unreadable", "The HTTP answer in the record is broken.")
    elif kind == "response" and not content_type.lower().startswith(("text/", "application/xhtml")):
        return None  # dns: and the like
    url = (headers.get("WARC-Target-URI") or "").strip("<> ") or None
    mime = content_type.partition(";")[0].strip().lower()
    media_type = _PAGES.get(mime) if mime else _PAGES.get(sniff(body))
    redirected = status // 100 != 2 and not body
    if not media_type and not redirected:
        return None
    charset = _CHARSET.search(content_type)
    refusal = None
    if status // 100 != 2:
        refusal = Refusal(("not_an_article",), "read", f"HTTP status {status}.")
    elif too_large:
        refusal = Refusal(("too_large",), "read", f"The page has more than the {limit} bytes allowed.")
    digest = hashlib.sha256(body).hexdigest()
    if too_large:
        body = body[:KEPT_BYTES]
    elif refusal is None:
        media_type, refusal = _looked_at(body, media_type or UNKNOWN)
    return Document(
        digest, origin, body, media_type or UNKNOWN, charset[1] if charset else None, Given(url=url), refusal
    )


def _looked_at(body: bytes, said: str) -> tuple[str, Refusal | None]:
    """The media type of a page by its content; what is called a page but is binary data is refused."""
    looked = sniff(body[:_CHUNK])
    if looked in (HTML, TEXT):
        # A page may be served as text/plain; but copy without a tag that came as HTML is HTML.
        return (HTML if HTML in (looked, said) else TEXT), None
    if looked == UNKNOWN:
        return looked, Refusal(("unreadable",), "read", "The page is binary data.")
    return said, None


def _http_body(body: bytes, http: Any, limit: int) -> tuple[bytes, bool]:
    """The page in an HTTP body, and whether it is larger than `limit`.

    Archives may keep the headers of a transfer they have undone: what does not decode is taken as it stands.
    """
    if "chunked" in (http.get("Transfer-Encoding") or "").lower():
        body = _dechunked(body)
    for coding in reversed((http.get("Content-Encoding") or "").lower().split(",")):
        decoded = _decompressed(body, coding.strip(), limit)
        if decoded is not None:
            body = decoded
        if len(body) > limit:
            return body, True
    return body, False


def _dechunked(body: bytes) -> bytes:
    from fastwarc.stream_io import ChunkedReader

    reader, pieces = ChunkedReader(io.BytesIO(body)), []
    try:
        while piece := reader.read(_CHUNK):
            pieces.append(piece)
    except OSError:
        pass  # cut off: what came before stands; not chunked at all: nothing came
    return b"".join(pieces) or body


def _decompressed(body: bytes, coding: str, limit: int) -> bytes | None:
    """Up to limit + 1 bytes of a compressed body; None if it is not compressed so."""
    if coding in ("gzip", "x-gzip"):
        windows = (31,)
    elif coding == "deflate":
        windows = (15, -15)  # zlib as the standard says, bare deflate as some servers do
    elif coding == "br":
        return _unbrotli(body, limit)
    else:
        return None
    for bits in windows:
        try:
            return zlib.decompressobj(wbits=bits).decompress(body, limit + 1)
        except zlib.error:
            continue
    return None


def _unbrotli(body: bytes, limit: int) -> bytes | None:
    from fastwarc.stream_io import BrotliReader

    try:
        return BrotliReader(io.BytesIO(body)).read(limit + 1)
    except OSError:
        return None


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."
