"""The first step: files, folders and standard input become Documents.

A file is recognised by its content (tasks/_sniff.py), unpacked on the way (_streams.py), and is one document (text,
HTML) or many (dumps: _dumps.py; web archives: _archives.py).  What cannot be read becomes a Document with a refusal,
never an exception: only a path that is not there is the caller's mistake.
"""

from __future__ import annotations

import io
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from typing import Any, BinaryIO

from schemas.document import Document
from schemas.errors import UsageError
from schemas.outcome import Refusal
from schemas.settings import Settings
from tasks._archives import read_warc
from tasks._dumps import read_json, read_json_lines, read_parquet, refused
from tasks._encoding import unicode_form
from tasks._sniff import HTML, JSON, JSONL, PARQUET, TEXT, UNKNOWN, WARC, kind_of, sniff, unpacked_name
from tasks._streams import KEPT_BYTES, AsUtf8, Unpacked, head_of, open_stream, read_whole

STDIN = "-"
#: A packed Parquet file is unpacked to a temporary file (it is read from its end); this is as large as that may get.
_UNPACKED_PARQUET = 16 << 30


def check_inputs(names: Iterable[str]) -> None:
    """Raise UsageError for the first of `names` that is neither `-`, a file nor a folder."""
    for name in names:
        if name != STDIN and ("\0" in name or not os.path.lexists(name)):
            raise UsageError(f"{name!r}: there is no such file or folder; check the path.")


def read_input(name: str, settings: Settings, stdin: BinaryIO | None = None) -> Iterator[Document]:
    """Every document of an input, as it comes; memory does not grow with the input.

    `name`: a file, a folder (walked in sorted order, hidden entries left out), or `-` for JSON Lines on `stdin`.
    Every file gives at least one Document: an empty one has no content, an unreadable one a refusal.  Raises
    UsageError when `name` is not there.
    """
    if name == STDIN:
        import sys

        return _stdin_documents(stdin or sys.stdin.buffer, settings)
    check_inputs([name])
    return _path_documents(Path(name), settings)


def read_archive(file: io.FileIO, origin: str, settings: Settings) -> Iterator[Document] | str:
    """Every page of a web archive that was fetched into a file; where it cannot be read as one, why."""
    file.seek(0)
    stream, unpacked = open_stream(file)  # type: ignore[arg-type]
    if sniff(head_of(stream), origin) != WARC:
        return f"It cannot be unpacked: {unpacked.fault}." if unpacked and unpacked.fault else "It is no web archive."
    return read_warc(stream, unpacked, origin, settings.max_document_bytes)


def _stdin_documents(stdin: BinaryIO, settings: Settings) -> Iterator[Document]:
    stream, unpacked = open_stream(stdin)
    yield from _json_lines(stream, unpacked, STDIN, settings)


def _path_documents(path: Path, settings: Settings) -> Iterator[Document]:
    for file in _files(path):
        yield from _file_documents(file, settings)


def _files(path: Path) -> Iterator[Path]:
    """`path`, or the regular files under it, sorted by name; a folder reached again, by a link, is passed over."""
    seen: set[tuple[int, int]] = set()
    waiting = [path]
    while waiting:
        path = waiting.pop()
        if not os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where a folder may not be entered
            yield path
            continue
        try:
            status = path.stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            entries = sorted(entry.name for entry in os.scandir(path) if _is_wanted(entry))
        except OSError:
            yield path  # cannot be listed: opening it will say why
            continue
        waiting.extend(path / name for name in reversed(entries))


def _is_wanted(entry: os.DirEntry[str]) -> bool:
    """Whether an entry of a folder is read: not hidden, and no socket or pipe, which would be waited for for ever."""
    if entry.name.startswith("."):
        return False
    try:
        mode = entry.stat().st_mode
    except OSError:
        return True  # a dangling link, say: opening it will say why
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


def _file_documents(path: Path, settings: Settings) -> Iterator[Document]:
    origin = _origin(path)
    try:
        with path.open("rb", buffering=0) as file:
            yield from _stream_documents(file, origin, settings)
    except OSError as error:
        detail = f"{origin} cannot be opened or read: {error.strerror or error}."
        yield refused(b"", origin, UNKNOWN, "unreadable", detail)


def _stream_documents(file: io.FileIO, origin: str, settings: Settings) -> Iterator[Document]:
    stream, unpacked = open_stream(file)  # type: ignore[arg-type]
    head = head_of(stream)
    media_type = sniff(head, origin)
    limit = settings.max_document_bytes
    if media_type == JSONL:
        form = unicode_form(head)
        if form and b"\0" in head[:4]:  # an opening brace in UTF-16 or UTF-32, with or without a mark
            stream = io.BufferedReader(AsUtf8(stream, form), 1 << 18)
        yield from _json_lines(stream, unpacked, origin, settings)
    elif media_type == WARC:
        yield from read_warc(stream, unpacked, origin, limit)
    elif media_type == PARQUET:
        yield from _parquet_documents(file, stream, unpacked, origin, limit)
    else:
        yield from _whole_documents(stream, unpacked, origin, media_type, limit)


def _json_lines(
    stream: io.BufferedReader[Any], unpacked: Unpacked | None, origin: str, settings: Settings
) -> Iterator[Document]:
    rows = 0
    for document in read_json_lines(stream, origin, settings.max_document_bytes):
        rows += 1
        yield document
    if unpacked and unpacked.fault:
        reason = "too_large" if unpacked.is_bomb else "unreadable"
        yield refused(b"", origin, JSONL, reason, f"Not all of {origin} could be read: {unpacked.fault}.")
    elif not rows:
        yield refused(b"", origin, JSONL, "empty", f"{origin} has no rows.")


def _parquet_documents(
    file: io.FileIO, stream: io.BufferedReader[Any], unpacked: Unpacked | None, origin: str, limit: int
) -> Iterator[Document]:
    if unpacked is None and file.seekable():
        file.seek(0)
        yield from read_parquet(file, origin, limit)  # type: ignore[arg-type]
        return
    with tempfile.TemporaryFile() as spooled:
        while piece := stream.read(KEPT_BYTES):
            spooled.write(piece)
            if spooled.tell() > _UNPACKED_PARQUET:
                yield refused(b"", origin, PARQUET, "too_large", "Unpacked, it is larger than 16 GiB.")
                return
        spooled.seek(0)
        yield from read_parquet(spooled, origin, limit)  # type: ignore[arg-type]


def _whole_documents(
    stream: io.BufferedReader[Any], unpacked: Unpacked | None, origin: str, media_type: str, limit: int
) -> Iterator[Document]:
    """The one document that a file is; or the rows of a JSON file that is not one row a line."""
    whole = read_whole(stream, limit)
    refusal = None
    if whole.too_large:
        refusal = Refusal(("too_large",), "read", f"It has more than the {limit} bytes that a document may have.")
    elif unpacked and unpacked.fault:
        refusal = Refusal(("unreadable",), "read", f"Not all of it could be read: {unpacked.fault}.")
    elif media_type == JSON:
        rows = read_json(whole.content, origin, limit)
        if rows is not None:
            yield from rows
            return
        if unpacked_name(origin).lower().endswith(".json"):
            refusal = Refusal(("unreadable",), "read", "It is broken JSON.")
        else:
            media_type = TEXT  # copy that happens to begin with a bracket
    elif media_type == UNKNOWN:
        refusal = Refusal(("unreadable",), "read", "It is binary data of no kind that is known here.")
    elif media_type not in (TEXT, HTML):
        refusal = Refusal(("unsupported_type",), "read", f"It is {kind_of(media_type)}, which is not read here.")
    yield Document(whole.sha256, origin, whole.content, media_type, refusal=refusal)


def _origin(path: PurePath) -> str:
    """The path as given; bytes of a name that are not UTF-8 are written out (`caf\\xe9.txt`)."""
    return path.as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
