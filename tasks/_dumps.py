"""Dumps: JSON Lines, JSON and Parquet, one document a row.

A row's copy stands under `text`, else `html`, else `content`, `body` or `raw`: the first of them that is not blank.
Whether it is HTML is told by looking at it, whatever the field is called.  What the collector knew (`id`, `url`,
`source`, `title`, `authors`, `published_at`, `language`) is taken where it can be understood and left out where not.
A row that is no row, or has no copy, is a Document with a refusal; nothing here raises for the sake of one row.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, BinaryIO

import orjson

from schemas.document import Document, Given
from schemas.outcome import Refusal
from tasks._parquet_pages import largest_page
from tasks._sniff import COPY_FIELDS, HTML, JSON, PARQUET, TEXT, UNKNOWN, sniff_text
from tasks._streams import KEPT_BYTES

GIVEN_FIELDS = ("id", "url", "source", "title", "authors", "published_at", "language")
#: A line may be this many times as long as a document: JSON may write any character in six (`\u00e9`, two in UTF-8).
_LINE_FACTOR = 3
#: Rows of a Parquet file in memory at a time, and bytes of them (as the mean row of the group has).
_PARQUET_ROWS = 64
_PARQUET_BYTES = 1 << 26
#: The largest page that is read: it comes into memory whole, and twice for a moment.  pyarrow writes 1,024 rows to a
#: page if need be, which is 170 MB of HTML.
_PARQUET_PAGE = 350_000_000

_MANY_BLANK = 100
_BLANK_LINES = re.compile(rb"[ \t\r\n]*\n")
_SURROGATE = re.compile("[\ud800-\udfff]")
_TAG = re.compile(r"<(?:!doctype|!--|/?[a-z][a-z0-9]*\b)", re.I)
#: Where a value that should be words is a mapping, the words are under one of these.
_INSIDE = ("name", "title", "label", "value", "text", "$date", "$oid", "@value", "id", "@id", "url")
# Numbers that are a time: seconds since 1970 from 1973 to 2286, and the same in milliseconds.
_EPOCH = 1e8
_EPOCH_LATEST = 1e10


def read_json_lines(stream: io.BufferedReader[Any], origin: str, limit: int) -> Iterator[Document]:
    """One Document for each line that is not blank; `limit`: the largest copy, in bytes."""
    longest = limit * _LINE_FACTOR + 1024
    number = blank = 0
    while line := stream.readline(longest + 1):
        number += 1
        if len(line) > longest and not line.endswith(b"\n"):
            yield _overlong(stream, line, f"{origin}#{number}", limit)
            continue
        line = line.removeprefix(b"\xef\xbb\xbf").strip()  # (dumps that were strung together have it in their midst)
        if not line:
            blank += 1
            if blank > _MANY_BLANK:  # a gzip bomb of line ends: a block at a time
                number += _skip_blank(stream)
            continue
        blank = 0
        row = _parsed(line)
        if isinstance(row, dict):
            yield row_document(row, origin, number, limit, line)
        else:
            detail = f"Line {number} is not a JSON object."
            yield refused(line, f"{origin}#{number}", UNKNOWN, "unreadable", detail)


def _skip_blank(stream: io.BufferedReader[Any]) -> int:
    """Pass over the blank lines that stand next in the buffer; how many those were."""
    found = _BLANK_LINES.match(stream.peek())
    return stream.read(found.end()).count(b"\n") if found else 0


def read_json(content: bytes, origin: str, limit: int) -> Iterator[Document] | None:
    """The rows of a JSON array of objects, or the one row that a JSON object is; None if it is neither."""
    value = _parsed(content.removeprefix(b"\xef\xbb\xbf"))
    if isinstance(value, dict):
        return iter([row_document(value, origin, 1, limit, content)])
    return _array_rows(value, origin, limit) if isinstance(value, list) and value else None


def read_parquet(file: BinaryIO, origin: str, limit: int) -> Iterator[Document]:
    """One Document for each row; a row group that cannot be read costs that group only."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    broken = (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError)
    try:
        parquet = pq.ParquetFile(file, buffer_size=1 << 20, pre_buffer=False)
        names = parquet.schema_arrow.names
        groups = [parquet.metadata.row_group(i) for i in range(parquet.metadata.num_row_groups)]
    except broken as error:
        yield refused(b"", origin, PARQUET, "unreadable", f"The Parquet file cannot be read: {_one_line(error)}.")
        return
    if not set(names) & set(COPY_FIELDS):
        detail = f"The Parquet file has no column of copy ({', '.join(COPY_FIELDS)})."
        yield refused(b"", origin, PARQUET, "unsupported_type", detail)
        return
    columns = [name for name in (*COPY_FIELDS, *GIVEN_FIELDS) if name in names]
    before = 0
    for index, group in enumerate(groups):
        number, count = before, group.num_rows
        try:
            if not _fits(file, group, columns):
                detail = (
                    f"Rows {number + 1} to {before + count}: a page of the file unpacks to over {_PARQUET_PAGE} bytes."
                )
                yield refused(b"", f"{origin}#{number + 1}", PARQUET, "too_large", detail)
                before += count
                continue
            rows = max(1, min(_PARQUET_ROWS, _PARQUET_BYTES * count // (group.total_byte_size + 1)))
            for batch in parquet.iter_batches(rows, row_groups=[index], columns=columns):
                for row in _batch_rows(batch):
                    number += 1
                    yield row_document(row, origin, number, limit)
        except broken as error:
            detail = f"Rows {number + 1} to {before + count} cannot be read: {_one_line(error)}."
            yield refused(b"", f"{origin}#{number + 1}", PARQUET, "unreadable", detail)
        before += count
    if not before:
        yield refused(b"", origin, PARQUET, "empty", "The Parquet file has no rows.")


def _fits(file: BinaryIO, group: Any, columns: list[str]) -> bool:
    """Whether each page of a row group may come into memory."""
    chunks = [group.column(i) for i in range(group.num_columns)]
    return all(
        largest_page(file, chunk) <= _PARQUET_PAGE
        for chunk in chunks
        if chunk.total_uncompressed_size > _PARQUET_PAGE and chunk.path_in_schema.partition(".")[0] in columns
    )


def row_document(row: dict[str, Any], origin: str, number: int, limit: int, line: bytes | None = None) -> Document:
    """The Document of one row; `number`: its place in the dump, from 1; `line`: the row as it stood there."""
    given = Given(
        id=_words(row.get("id")),
        url=_words(row.get("url")),
        source=_words(row.get("source")),
        title=_words(row.get("title")),
        authors=_names(row.get("authors")),
        published_at=_time(row.get("published_at")),
        language=_words(row.get("language")),
    )
    origin = f"{origin}#{given.id or number}"
    for name in COPY_FIELDS:
        copy = _copy(row.get(name))
        if copy is not None:
            break
    else:
        content = line if line is not None else orjson.dumps(given.as_dict())
        detail = f"The row has no copy under {', '.join(COPY_FIELDS)}."
        return refused(content, origin, JSON, "empty", detail, given)
    if isinstance(copy, bytes):  # Parquet: text columns come as UTF-8, binary ones in any encoding
        content, charset, text = copy, None, copy[:KEPT_BYTES].decode("latin-1") if b"<" in copy else ""
    else:
        text, charset = copy, "utf-8"
        try:
            content = text.encode()
        except UnicodeEncodeError:
            content = _SURROGATE.sub("\ufffd", text).encode()
    media_type = _media_type(name, text)
    if len(content) > limit:
        detail = f"The copy has {len(content)} bytes, more than the {limit} allowed."
        return refused(content, origin, media_type, "too_large", detail, given)
    return Document(hashlib.sha256(content).hexdigest(), origin, content, media_type, charset, given)


def refused(
    content: bytes, origin: str, media_type: str, reason: str, detail: str, given: Given | None = None
) -> Document:
    """A Document that reading itself refuses; of what is too large the first KEPT_BYTES are kept."""
    return Document(
        hashlib.sha256(content).hexdigest(),
        origin,
        content[:KEPT_BYTES] if reason == "too_large" else content,
        media_type,
        given=given or Given(),
        refusal=Refusal((reason,), "read", detail),
    )


def _overlong(stream: io.BufferedReader[Any], start: bytes, origin: str, limit: int) -> Document:
    digest, size, piece = hashlib.sha256(start), len(start), start
    while not piece.endswith(b"\n") and (piece := stream.readline(KEPT_BYTES)):
        digest.update(piece)
        size += len(piece)
    detail = f"The line has {size} bytes; a document may have {limit}."
    return Document(
        digest.hexdigest(), origin, start[:KEPT_BYTES], JSON, refusal=Refusal(("too_large",), "read", detail)
    )


def _parsed(line: bytes) -> Any:
    """The value of a JSON text; None also for what is no JSON."""
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        pass
    # orjson refuses NaN, lone surrogates and control characters in strings, all of which dumps contain.
    try:
        return json.loads(line.decode("utf-8"), strict=False)
    except (ValueError, RecursionError):
        return None


def _array_rows(values: list[Any], origin: str, limit: int) -> Iterator[Document]:
    for number, value in enumerate(values, 1):
        if isinstance(value, dict):
            yield row_document(value, origin, number, limit)
        else:
            detail = f"Item {number} of the array is not an object."
            content = json.dumps(value).encode()
            yield refused(content, f"{origin}#{number}", JSON, "unreadable", detail)


def _batch_rows(batch: Any) -> Iterator[dict[str, Any]]:
    """Rows of an Arrow batch.  Strings stay bytes: one broken character must not cost 64 rows."""
    import pyarrow as pa

    columns: dict[str, list[Any]] = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        if pa.types.is_string(column.type) or pa.types.is_string_view(column.type):
            column = column.cast(pa.binary())
        elif pa.types.is_large_string(column.type):
            column = column.cast(pa.large_binary())
        elif pa.types.is_timestamp(column.type):
            column = column.cast(pa.string())  # whatever the unit, without pandas; with a zone it ends in Z
        columns[name] = column.to_pylist()
    names = list(columns)
    for values in zip(*columns.values(), strict=True):
        yield dict(zip(names, values, strict=True))


def _copy(value: Any) -> str | bytes | None:
    """The copy in a field, if there is any: words, or a list of paragraphs."""
    if isinstance(value, list) and value and all(isinstance(v, str) for v in value):
        value = "\n\n".join(value)
    return value if isinstance(value, (str, bytes)) and value and not value.isspace() else None


def _media_type(field: str, text: str) -> str:
    if field == "html" and _TAG.search(text):
        return HTML
    return HTML if sniff_text(text) == HTML else TEXT


def _words(value: Any) -> str | None:
    """A given value as words: numbers and dates as written, the name of a mapping, the first of a list; else None."""
    if value is None or type(value) is str:  # nearly always: the rest is for what should not be there
        return _clean(value) if value else None
    for _ in range(3):
        if isinstance(value, dict):
            value = next((value[key] for key in _INSIDE if value.get(key)), None)
        elif isinstance(value, (list, tuple)):
            value = next((v for v in value if v), None)
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, (datetime, date)):
        value = value.isoformat()
    if isinstance(value, bool) or not isinstance(value, (str, int, float)) or value != value:
        return None
    if isinstance(value, float):
        value = str(int(value)) if math.isfinite(value) and value == int(value) else str(value)
    elif isinstance(value, int):
        value = str(value)
    return _clean(value)


def _clean(value: str) -> str | None:
    if not value.isascii():
        value = _SURROGATE.sub("\ufffd", value)
    return value.replace("\0", "").strip() or None


def _names(value: Any) -> tuple[str, ...]:
    if isinstance(value, dict) and not any(value.get(key) for key in _INSIDE):
        value = " ".join(str(value[key]) for key in ("given", "first", "family", "last") if value.get(key))
    if not isinstance(value, (list, tuple)):
        value = [value]
    return tuple(name for name in map(_words, value) if name)


def _time(value: Any) -> str | None:
    """A given time as words; a number is seconds or milliseconds since 1970 and becomes ISO 8601."""
    if isinstance(value, dict) and isinstance(value.get("$date"), (int, float)):
        value = value["$date"]
    # A number compares whatever its size, where `isfinite` raises for an integer of 400 digits.
    if isinstance(value, (int, float)) and not isinstance(value, bool) and _EPOCH <= abs(value) < 1000 * _EPOCH_LATEST:
        seconds = value / 1000 if abs(value) >= _EPOCH_LATEST else value
        if _EPOCH <= seconds < _EPOCH_LATEST:
            return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).isoformat()
    return _words(value)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300].rstrip(".")
