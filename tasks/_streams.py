"""Byte streams for reading: unpacked on the way, never more in memory than asked for, broken archives included."""

from __future__ import annotations

import codecs
import hashlib
import io
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from typing_extensions import Buffer

GZIP_MAGIC = b"\x1f\x8b"
#: A frame; or one to be passed over, which parallel zstd writes first.
_ZSTD = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")
#: A frame that holds the dictionary of all that follow: the one such frame with a meaning (of .warc.zst).
_ZSTD_DICTIONARY = b"\x5d\x2a\x4d\x18"
#: What can be looked at before reading; also the size of the reads.
HEAD_BYTES = 1 << 18
#: How much of a document that is too large is kept, as evidence.
KEPT_BYTES = 1 << 20
#: A stream is read (and hashed) up to this many times the document limit, then left: a gzip bomb must end somewhere.
HARD_STOP = 64

#: A packed file that gives more than BOMB_BYTES, and more than BOMB_FACTOR times what it takes, is a bomb and is left
#: there.  Dumps and archives of real pages shrink to a third or a tenth, the most monotonous of logs to a hundredth;
#: a thousandth is all that gzip can do.
BOMB_BYTES = 1 << 28
BOMB_FACTOR = 200
# A gzip member: magic, deflate, no reserved flag bits, any time, XFL 0/2/4, a known operating system.
_MEMBER = re.compile(rb"\x1f\x8b\x08[\x00-\x1f].{4}[\x00\x02\x04][\x00-\x0d\xff]", re.S)
_MOST_FAULTS = 1000
#: Bytes in and bytes out of one call of zlib; it gives nothing of the call in which it finds a fault.
_STEP = 1 << 14
#: Stands in the unpacked bytes where some are missing: the end of a line, of a row, of a WARC record.
_GAP = b"\r\n\r\n"


class Gunzip(io.RawIOBase):
    """The bytes of a gzip file, member after member.

    A broken member does not raise: what can be had of it is given, an empty line stands where something is missing,
    reading goes on with the next member that can be found, and `fault` says what was wrong first.  Zeros and other
    bytes behind the last member are ignored, as gzip does.  A bomb ends where it is found out, with `is_bomb` set.
    """

    def __init__(self, packed: io.BufferedReader[Any]) -> None:
        self.fault: str | None = None
        self.is_bomb = False
        self._given = 0
        self._packed = packed
        self._pending = b""  # compressed bytes not yet used
        self._read_up_to = 0  # position in the file behind `_pending`
        self._faults = 0
        self._ended = False
        self._open_member()

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        """Fill `buffer`, but for the end of the file."""
        view = memoryview(buffer).cast("B")
        done = 0
        while done < len(view) and not self._ended:
            piece = self._read_some(min(len(view) - done, _STEP))
            view[done : done + len(piece)] = piece
            done += len(piece)
        self._given += done
        if self._given > BOMB_BYTES and self._given > BOMB_FACTOR * self._read_up_to:
            self._ended = self.is_bomb = True
            self.fault = self.fault or f"it unpacks to more than {BOMB_FACTOR} times its size"
        return done

    def _open_member(self) -> None:
        self._member_start = self._read_up_to - len(self._pending)
        self._member = zlib.decompressobj(wbits=31)

    def _more(self) -> bool:
        fresh = self._packed.read(_STEP)
        self._read_up_to += len(fresh)
        self._pending += fresh
        return bool(fresh)

    def _read_some(self, size: int) -> bytes:
        if not self._pending and not self._more():
            self._ended = True
            self.fault = self.fault or "the gzip file ends early"
            return b""
        before = self._member.copy()
        try:
            piece = self._member.decompress(self._pending, size)
        except zlib.error as error:
            piece = _last_bytes(before, self._pending, size - len(_GAP))
            self._resume(self._member_start + 1, f"the gzip file is damaged ({error})")
            return piece + _GAP
        self._pending = self._member.unconsumed_tail
        if self._member.eof:
            self._pending = self._member.unused_data
            self._next_member()
        return piece

    def _next_member(self) -> None:
        self._pending = self._pending.lstrip(b"\0")
        while len(self._pending) < 10 and self._more():
            self._pending = self._pending.lstrip(b"\0")
        if _MEMBER.match(self._pending):
            self._open_member()
        else:
            self._resume(self._read_up_to - len(self._pending), None)

    def _resume(self, start: int, fault: str | None) -> None:
        """Go on with the first member found at or behind `start`, or end there; `fault`: what is known to be wrong."""
        self._faults += 1
        self.fault = self.fault or fault
        held_from = self._read_up_to - len(self._pending)
        if held_from <= start:
            self._pending = self._pending[start - held_from :]
        elif self._packed.seekable() and self._faults <= _MOST_FAULTS:
            # Look again at what was taken for the broken member: its end may have been overrun.
            self._packed.seek(start)
            self._read_up_to, self._pending = start, b""
        else:
            self._ended = True
            return
        while not (found := _MEMBER.search(self._pending)):
            self._pending = self._pending[-9:]
            if not self._more():
                self._ended = True
                return
        self._pending = self._pending[found.start() :]
        self.fault = self.fault or "the gzip file is damaged between two members"
        self._open_member()


def _last_bytes(member: zlib._Decompress, packed: bytes, size: int) -> bytes:
    """What can be had of a damaged member, `size` bytes at most: zlib gives nothing of a call in which it fails."""
    out, before = b"", member
    for step in (256, 1):
        try:
            while len(out) < size:
                before = member.copy()
                piece = member.decompress(packed, min(step, size - len(out)))
                if not piece:
                    break
                out, packed = out + piece, member.unconsumed_tail
        except zlib.error:
            member = before
    return out


class Unzstd(io.RawIOBase):
    """The bytes of a Zstandard file, frame after frame; `fault` and `is_bomb` as with `Gunzip`.

    At the first frame that is broken it ends: where the next one begins, only that one could tell.  Frames that ask for
    a window of more than 128 MiB are broken (the limit of the library's own), and so are files with a dictionary of
    their own: to unpack that, whatever its size, would be the library's first step.
    """

    def __init__(self, packed: io.BufferedReader[Any]) -> None:
        import pyarrow as pa

        self.fault: str | None = None
        self.is_bomb = False
        self._given = 0
        self._packed = _Counted(packed)
        self._stream = pa.CompressedInputStream(pa.PythonFile(self._packed, mode="r"), "zstd")
        if packed.peek(4)[:4] == _ZSTD_DICTIONARY:
            self.fault = "it is packed with a dictionary of its own, which is not read here"

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        """Fill `buffer` with what is at hand; 0 at the end."""
        view = memoryview(buffer).cast("B")
        piece = b""
        if not self.fault:
            try:
                piece = self._stream.read(min(len(view), _STEP))
            except OSError as error:  # pyarrow's errors of unpacking, too
                told = str(error).lower()
                if "dictionary" in told:
                    self.fault = "it is packed with a dictionary that does not come with it"
                else:
                    self.fault = f"the zstd file {'ends early' if 'truncated' in told else 'is damaged'}"
        view[: len(piece)] = piece
        self._given += len(piece)
        if self._given > BOMB_BYTES and self._given > BOMB_FACTOR * self._packed.taken:
            self.is_bomb = True
            self.fault = self.fault or f"it unpacks to more than {BOMB_FACTOR} times its size"
        return len(piece)


class AsUtf8(io.RawIOBase):
    """A stream in another encoding (UTF-16 from a Windows shell), as UTF-8; broken characters become U+FFFD."""

    def __init__(self, source: io.BufferedReader[Any], codec: str) -> None:
        self._source = source
        self._decoder = codecs.getincrementaldecoder(codec)("replace")
        self._ready = b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        """Fill `buffer` with what is at hand; 0 at the end."""
        while not self._ready:
            fresh = self._source.read(HEAD_BYTES)
            text = self._decoder.decode(fresh, final=not fresh)
            self._ready = text.encode("utf-8", "replace")
            if not fresh:
                break
        view = memoryview(buffer).cast("B")
        piece, self._ready = self._ready[: len(view)], self._ready[len(view) :]
        view[: len(piece)] = piece
        return len(piece)


Unpacked = Gunzip | Unzstd


@dataclass(frozen=True, slots=True)
class Whole:
    """All of a stream, or of what the limit lets through.

    `content`: the bytes, or the first KEPT_BYTES of them when `too_large`.  `sha256`: of all bytes, up to HARD_STOP
    times the limit.  `size`: how many those are.
    """

    content: bytes
    sha256: str
    size: int
    too_large: bool


def open_stream(raw: BinaryIO) -> tuple[io.BufferedReader[Any], Unpacked | None]:
    """`raw` with a look ahead of HEAD_BYTES, and unpacked if it begins as gzip or zstd do, whatever its name."""
    stream = _buffered(raw)
    head = stream.peek(4)[:4]
    if head[:2] == GZIP_MAGIC:
        unpacked: Unpacked = Gunzip(stream)
    elif _ZSTD.match(head):
        unpacked = Unzstd(stream)
    else:
        return stream, None
    return io.BufferedReader(unpacked, HEAD_BYTES), unpacked


def head_of(stream: io.BufferedReader[Any]) -> bytes:
    """Up to HEAD_BYTES from the start of `stream`, which stays where it is."""
    return stream.peek(HEAD_BYTES)[:HEAD_BYTES]


def read_whole(stream: io.BufferedReader[Any], limit: int) -> Whole:
    """Everything, unless that is more than `limit` bytes: then it is hashed and let go."""
    content = stream.read(limit + 1) or b""
    digest = hashlib.sha256(content)
    if len(content) <= limit:
        return Whole(content, digest.hexdigest(), len(content), too_large=False)
    size, kept = len(content), content[:KEPT_BYTES]
    del content
    while size < limit * HARD_STOP and (piece := stream.read(min(KEPT_BYTES, limit * HARD_STOP - size))):
        digest.update(piece)
        size += len(piece)
    return Whole(kept, digest.hexdigest(), size, too_large=True)


def _buffered(raw: BinaryIO) -> io.BufferedReader[Any]:
    if isinstance(raw, io.RawIOBase):
        return io.BufferedReader(raw, HEAD_BYTES)
    return io.BufferedReader(_Plain(raw), HEAD_BYTES)


class _Counted(io.RawIOBase):
    """A stream of which is known how much was `taken`."""

    def __init__(self, source: io.BufferedReader[Any]) -> None:
        self._source = source
        self.taken = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        """Fill `buffer` with what is at hand; 0 at the end."""
        size = self._source.readinto1(buffer)
        self.taken += size
        return size


class _Plain(io.RawIOBase):
    """Any binary file object as a raw stream, so that all of them get the same look ahead."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        """Fill `buffer` with what is at hand; 0 at the end."""
        read = getattr(self._source, "read1", self._source.read)
        view = memoryview(buffer).cast("B")
        piece = read(len(view)) or b""
        view[: len(piece)] = piece
        return len(piece)
