"""tasks/_dumps.py: JSON Lines, JSON and Parquet, a document a row."""

import gzip
import hashlib
import io
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.document import Given
from tasks.read import read_input
from tests.reading import SETTINGS, SMALL, read_bytes, read_stdin, reasons, suffixes


def test_rows_of_json_lines() -> None:
    lines = [
        b'\xef\xbb\xbf{"text": "First.", "id": 7, "url": "http://x.example/1", "title": "T", "language": "en"}\r\n',
        b"\n   \n",
        b'{"html": "<p>2.</p>", "source": {"name": "Gazette"}, "authors": ["A. Lee", {"name": "B. Ek"}, null, 3]}\n',
        b"not json\n",
        b"[1, 2]\n",
        b'{"id": "x9", "text": "  ", "title": "no copy"}\n',
        b'{"text": "\\ud800 lone", "published_at": 1394850720}\n',
        b'{"text": "", "body": "Body.", "authors": "A and B", "published_at": {"$date": 1394850720000}, "n": NaN}\n',
        b'{"text": "bad \xff byte"}\n',
        b'{"text": 5, "content": ["One.", "Two."], "id": true, "url": {}, "title": [], "source": NaN, "authors": {}}\n',
        b'{"raw": "<html><body>Last.</body></html>", "text": null}',
    ]
    for documents in (
        read_bytes(b"".join(lines), "dump.jsonl"),
        read_bytes(b"".join(lines), "dump.txt"),
        read_bytes(gzip.compress(b"".join(lines)), "dump"),
        read_stdin(b"".join(lines)),
    ):
        assert suffixes(documents) == ["7", "4", "5", "6", "x9", "8", "9", "10", "11", "12"]
        assert reasons(documents) == [
            None, None, "unreadable", "unreadable", "empty", None, None, "unreadable", None, None,
        ]  # fmt: skip
        assert documents[0].given == Given(id="7", url="http://x.example/1", title="T", language="en")
        assert documents[0].document_id == hashlib.sha256(b"First.").hexdigest()
        assert documents[1].given == Given(source="Gazette", authors=("A. Lee", "B. Ek", "3"))
        assert documents[2].content == b"not json"
        assert documents[4].given.id == "x9"
        assert documents[5].content.decode() == "\ufffd lone"
        assert documents[5].given.published_at == documents[6].given.published_at == "2014-03-15T02:32:00+00:00"
        assert documents[6].content == b"Body."
        assert documents[8].content == b"One.\n\nTwo."
        assert documents[8].given == Given()
        assert [document.media_type for document in documents if not document.refusal] == [
            "text/plain", "text/html", "text/plain", "text/plain", "text/plain", "text/html",
        ]  # fmt: skip


def test_the_text_of_a_row_goes_before_its_html() -> None:
    [document] = read_stdin(b'{"html": "<p>b</p>", "text": "a"}')
    assert (document.content, document.media_type, document.origin) == (b"a", "text/plain", "-#1")


def test_a_dump_from_a_windows_shell() -> None:
    content = '{"text": "Größe"}\r\n{"text": "zwei"}\r\n'.encode("utf-16")
    assert [document.content.decode() for document in read_bytes(content)] == ["Größe", "zwei"]


def test_json_that_is_not_one_row_a_line() -> None:
    assert [d.content for d in read_bytes(b'[\n {"text": "a"},\n {"text": "b", "id": "i"}\n]')] == [b"a", b"b"]
    assert [d.content for d in read_bytes(b'{\n "text": "a"\n}', "a.json")] == [b"a"]
    assert reasons(read_bytes(b'{\n "text": "a"\n', "a.json")) == ["unreadable"]


def test_long_lines_cost_themselves_only() -> None:
    lines = [json.dumps({"text": "x" * size}) for size in (10, 20_000, 90_000, 10)]
    documents = read_bytes("\n".join(lines).encode(), settings=SMALL)
    assert reasons(documents) == [None, "too_large", "too_large", None]
    assert documents[2].document_id == hashlib.sha256(lines[2].encode() + b"\n").hexdigest()


def test_a_dump_is_streamed(tmp_path: Path) -> None:
    row = json.dumps({"text": "word " * 1000}) + "\n"
    peaks = []
    for rows in (1000, 6000):
        (tmp_path / "d.jsonl").write_text(row * rows)
        tracemalloc.start()
        assert sum(1 for _ in read_input(str(tmp_path / "d.jsonl"), SETTINGS)) == rows
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 500_000 < 5_000_000


def parquet_bytes(table: pa.Table, **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


def test_rows_of_parquet() -> None:
    table = pa.table(
        {
            "text": pa.array(["One.", None, "Drei ä.", ""]),
            "html": pa.array([b"<p>x</p>", b"<p>caf\xe9</p>", None, None], pa.binary()),
            "id": pa.array([11, 12, None, 14]),
            "authors": pa.array([["A", "B"], [], None, ["C"]]),
            "source": pa.array([{"name": "Gazette"}] * 4),
            "published_at": pa.array([1, None, 1394850720000000000, 2], pa.timestamp("ns", "UTC")),
            "title": pa.array(["t", "t", "u", None]).dictionary_encode(),
            "ignored": pa.array([object().__class__.__name__] * 4),
        }
    )
    content = parquet_bytes(table)
    for documents in (read_bytes(content, "a.txt"), read_bytes(gzip.compress(content))):
        assert suffixes(documents) == ["11", "12", "3", "14"]
        assert reasons(documents) == [None, None, None, "empty"]
        assert documents[0].given.authors == ("A", "B")
        assert documents[0].given.source == "Gazette"
        assert documents[1].content == b"<p>caf\xe9</p>"
        assert documents[1].media_type == "text/html"
        assert documents[2].document_id == hashlib.sha256("Drei ä.".encode()).hexdigest()
        assert documents[2].given.title == "u"
        assert str(documents[2].given.published_at).startswith("2014-03-15 02:32:00")


def test_parquet_that_cannot_be_read() -> None:
    content = parquet_bytes(pa.table({"text": [f"Row {i}. " * 50 for i in range(400)]}), row_group_size=100)
    damaged = bytearray(content)
    damaged[10:200] = b"\xff" * 190
    documents = read_bytes(bytes(damaged))
    assert reasons(documents)[-300:] == [None] * 300
    assert "unreadable" in reasons(documents)
    assert reasons(read_bytes(content[:-40])) == ["unreadable"]
    assert reasons(read_bytes(b"PAR1")) == ["unreadable"]
    assert reasons(read_bytes(parquet_bytes(pa.table({"a": [1]})))) == ["unsupported_type"]
    assert reasons(read_bytes(parquet_bytes(pa.table({"text": pa.array([], pa.string())})))) == ["empty"]
