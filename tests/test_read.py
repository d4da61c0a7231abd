"""tasks/read.py: every input becomes Documents, told by content, in bounded memory; nothing raises, nothing is lost."""

import gzip
import hashlib
import io
import json
import os
import random
import tempfile
import time
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.document import Document, Given
from schemas.errors import UsageError
from schemas.settings import Settings
from tasks._dumps import GIVEN_FIELDS
from tasks._sniff import COPY_FIELDS
from tasks.read import check_inputs, read_input

SETTINGS = Settings()
SMALL = Settings(max_document_bytes=10_000)
PAGE = b"<!DOCTYPE html><html><head><title>Weir</title></head><body><p>The weir burst.</p></body></html>"


def read(path: Path | str, settings: Settings = SETTINGS) -> list[Document]:
    return list(read_input(str(path), settings))


def read_bytes(content: bytes, name: str = "input", settings: Settings = SETTINGS) -> list[Document]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return read(path, settings)


def read_stdin(content: bytes, settings: Settings = SETTINGS) -> list[Document]:
    return list(read_input("-", settings, io.BytesIO(content)))


def reasons(documents: list[Document]) -> list[str | None]:
    return [document.refusal.reasons[0] if document.refusal else None for document in documents]


def suffixes(documents: list[Document]) -> list[str]:
    return [document.origin.partition("#")[2] for document in documents]


# What a file is

TEXT_COPY = [
    b"Just words.",
    b"A text with one <b>stray</b> tag, and one <p> that it mentions.",
    b"<p> is how a paragraph begins in HTML, wrote the teacher; <div> is another tag.",
    b"He wrote <html> on the board, then </html>, and went home. " * 20,
    (b"The word stands here again. " * 100 + b"<p>an example</p> ") * 5,
    b"[Music] The band played. {Applause}",
    b"{not json at all\nsecond line",
    b"WARC is a format; PAR1 another; %PDF too",
    b"BZh is how it begins, ORC is no animal",
    "Ünïcode".encode("utf-16"),
    "Caf\xe9 closes".encode("latin-1"),
]
HTML_COPY = [
    PAGE,
    b"\n\n  <!-- saved from a site -->\n<html lang=en>\n<body>x",
    b"\xef\xbb\xbf<HTML><BODY>x</BODY></HTML>",
    b"<?xml version='1.0' encoding='utf-8'?>\n<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN' 'x'><html>",
    b"<p>One.</p><p>Two.</p>",
    b"<div class=story><h1>Weir bursts</h1><p>It burst.</div>",
    b"Weir bursts<br>It burst at noon.<br/>No one was hurt.<br>",
    PAGE.decode().encode("utf-16"),
    b"HTTP junk\n<html>\n<head><title>x</title></head>",
]


@pytest.mark.parametrize("content", TEXT_COPY)
@pytest.mark.parametrize("name", ["a.txt", "a.html", "a", "a.jsonl", "a.gz"])
def test_text_is_text_whatever_its_name(content: bytes, name: str) -> None:
    if name == "a.jsonl" and b"{" in content:
        pytest.skip("a name may decide what the content leaves open")
    for packed in (content, gzip.compress(content)):
        [document] = read_bytes(packed, name)
        assert (document.media_type, document.content, document.refusal) == ("text/plain", content, None)
        assert document.document_id == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("content", HTML_COPY)
@pytest.mark.parametrize("name", ["a.html", "a.txt", "a.jsonl"])
def test_html_is_html_whatever_its_name(content: bytes, name: str) -> None:
    for packed in (content, gzip.compress(content)):
        [document] = read_bytes(packed, name)
        assert (document.media_type, document.content, document.refusal) == ("text/html", content, None)


@pytest.mark.parametrize(
    ("content", "reason", "word"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "unsupported_type", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "unsupported_type", "PNG"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "unsupported_type", "JPEG"),
        (b"PK\3\4\x14\0\0\0\x08\0[Content_Types].xml word/document.xml", "unsupported_type", "Word"),
        (b"PK\3\4\x14\0\0\0\x08\0a.txt", "unsupported_type", "zip"),
        (b"SQLite format 3\0\x10\0", "unsupported_type", "SQLite"),
        (b"BZh91AY&SY\0\0\x01\x02\x03\x04", "unsupported_type", "bzip2"),
        (b"\x28\xb5\x2f\xfd\x04\x00", "unsupported_type", "Zstandard"),
        (b"<?xml version='1.0'?><rss version='2.0'><channel/></rss>", "unsupported_type", "XML"),
        (gzip.compress(b"twice"), "unsupported_type", "gzip"),
        (b"\0" * 500, "unreadable", "binary"),
        (random.Random(1).randbytes(3000), "unreadable", "binary"),
    ],
)
def test_what_is_not_read_is_named(content: bytes, reason: str, word: str) -> None:
    for packed in (gzip.compress(content), *([] if content[:2] == b"\x1f\x8b" else [content])):
        [document] = read_bytes(packed, "a.txt")
        assert document.refusal is not None
        assert document.refusal.reasons == (reason,)
        assert word in document.refusal.detail


def test_an_empty_file_is_a_document() -> None:
    for content in (b"", gzip.compress(b"")):
        [document] = read_bytes(content)
        assert (document.content, document.media_type, document.refusal) == (b"", "text/plain", None)
        assert document.document_id == hashlib.sha256(b"").hexdigest()


# Paths


def test_a_folder_is_walked_in_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a/y.html", ".hidden", ".git/config", "c/d/e/f"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "c")
    (tmp_path / "dangling").symlink_to(tmp_path / "nothing")
    os.mkfifo(tmp_path / "pipe")
    documents = read(tmp_path)
    found = [document.origin.removeprefix(f"{tmp_path.as_posix()}/") for document in documents]
    assert found == ["a/y.html", "a/z.txt", "again/d/e/f", "b.txt", "dangling"]
    assert reasons(documents) == [None] * 4 + ["unreadable"]


def test_a_relative_folder_keeps_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    (tmp_path / "in" / "sub" / "a.txt").write_text("x")
    monkeypatch.chdir(tmp_path)
    assert [document.origin for document in read("in/")] == ["in/sub/a.txt"]


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_text("x")
    [document] = read(tmp_path)
    assert document.origin.endswith("caf\\xe9.txt")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "a.txt").chmod(0)
    [document] = read(tmp_path)
    assert reasons([document]) == ["unreadable"]


@pytest.mark.parametrize("name", ["nowhere.txt", "", "a\0b"])
def test_a_path_that_is_not_there(name: str) -> None:
    with pytest.raises(UsageError):
        check_inputs(["-", name])
    with pytest.raises(UsageError):
        read_input(name, SETTINGS)


# Sizes and broken archives


def test_too_large_after_unpacking_is_never_in_memory() -> None:
    bomb = gzip.compress(b"a" * 100_000_000)
    settings = Settings(max_document_bytes=2_000_000)
    with tempfile.NamedTemporaryFile() as file:
        file.write(bomb)
        file.flush()
        tracemalloc.start()
        [document] = read(file.name, settings)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert reasons([document]) == ["too_large"]
    assert document.content == b"a" * (1 << 20)
    assert document.document_id == hashlib.sha256(b"a" * 100_000_000).hexdigest()
    assert peak < 10_000_000


def test_the_limit_itself_is_allowed() -> None:
    assert reasons(read_bytes(b"a" * 10_000, settings=SMALL)) == [None]
    assert reasons(read_bytes(b"a" * 10_001, settings=SMALL)) == ["too_large"]


def test_broken_gzip_gives_what_could_be_read() -> None:
    copy = b"".join(b"At %d past noon the weir burst again. " % (n * n) for n in range(400))
    packed = gzip.compress(copy)
    for broken in (
        packed[:-5],
        packed[:-20],
        packed[:-8] + b"????" + packed[-4:],
        packed[: len(packed) // 2] + b"\xff" * 8,
    ):
        [document] = read_bytes(broken)
        assert reasons([document]) == ["unreadable"]
        assert document.content[:20] == copy[:20]


def test_members_and_rubbish_behind_them() -> None:
    members = gzip.compress(b"one ") + gzip.compress(b"two") + b"\0" * 700 + gzip.compress(b" three")
    for tail in (b"", b"\0" * 100, b"rubbish"):
        [document] = read_bytes(members + tail)
        assert (document.content, document.refusal) == (b"one two three", None)


# Dumps


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


# Web archives


def record(
    body: bytes, kind: str = "response", status: str = "200 OK", mime: str = "text/html; charset=utf-8", http: str = ""
) -> bytes:
    """One WARC record; `http`: more header lines of the answer in it."""
    block, block_type = body, mime
    if kind == "response":
        block = f"HTTP/1.1 {status}\r\nContent-Type: {mime}\r\n{http}\r\n".encode() + body
        block_type = "application/http; msgtype=response"
    header = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: http://x.example/{zlib.crc32(block)}\r\n"
        f"WARC-Record-ID: <urn:uuid:1>\r\nContent-Type: {block_type}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return header.encode() + block + b"\r\n\r\n"


PAGES = [PAGE.replace(b"burst", b"burst %d" % i) for i in range(5)]
RECORDS = [record(page) for page in PAGES]


def ways(records: list[bytes]) -> list[bytes]:
    """The same archive plain, packed record by record, and packed whole."""
    return [b"".join(records), b"".join(map(gzip.compress, records)), gzip.compress(b"".join(records))]


def test_pages_of_an_archive() -> None:
    for content in ways([record(b"software: x", "warcinfo", mime="application/warc-fields"), *RECORDS]):
        documents = read_bytes(content, "a.txt")
        assert [document.content for document in documents] == PAGES
        assert {(document.media_type, document.charset) for document in documents} == {("text/html", "utf-8")}
        assert all((document.given.url or "").startswith("http://x.example/") for document in documents)
        plain = b"".join(ways(RECORDS)[:1])
        assert len({document.origin for document in documents}) == 5
        offset = int(suffixes(documents)[1]) - int(suffixes(documents)[0])
        assert plain[offset:].startswith(b"WARC/1.0")


def test_what_an_archive_holds_besides() -> None:
    records = [
        record(b"gone", status="404 Not Found"),
        record(b"", status="301 Moved"),
        record(b"\x89PNG", mime="image/png"),
        record(b"GET / HTTP/1.1\r\n\r\n", "request"),
        record(b"Words of a page.", "conversion", mime="text/plain"),
        record(b"<p>kept</p>", "resource", mime="text/html"),
        record(b"", "revisit"),
    ]
    documents = read_bytes(b"".join(records))
    assert reasons(documents) == ["not_an_article", "not_an_article", None, None]
    assert documents[0].refusal is not None
    assert "404" in documents[0].refusal.detail
    assert [document.media_type for document in documents[2:]] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    ("body", "http"),
    [
        (b"5\r\nThe w\r\n5\r\neir. \r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
        (b"The weir. ", "Transfer-Encoding: chunked"),
        (gzip.compress(b"The weir. "), "Content-Encoding: gzip"),
        (b"The weir. ", "Content-Encoding: gzip"),
        (zlib.compress(b"The weir. "), "Content-Encoding: deflate"),
        (zlib.compress(b"The weir. ", wbits=-15), "Content-Encoding: deflate"),
        (
            b"1E\r\n" + gzip.compress(b"The weir. ") + b"\r\n0\r\n\r\n",
            "Content-Encoding: gzip\r\nTransfer-Encoding: chunked",
        ),
    ],
)
def test_bodies_are_unpacked_where_they_are_packed(body: bytes, http: str) -> None:
    documents = read_bytes(record(body, http=http + "\r\n") + RECORDS[0])
    assert [document.content for document in documents] == [b"The weir. ", PAGES[0]]


def test_a_broken_record_costs_that_record_only() -> None:
    whole = RECORDS[2]
    for broken in (
        whole.replace(b"WARC/1.0", b"GARBAGE!"),
        whole.replace(b"Content-Length: 1", b"Content-Length: 9"),
        whole.replace(b"Content-Length: 156", b"Content-Length: 101"),
        whole.replace(b"Content-Length: 1", b"Content-Length: x"),
        whole.replace(b"HTTP/1.1 200", b"JUNK/9.9 abc"),
    ):
        for content in ways([*RECORDS[:2], broken, *RECORDS[3:]]):
            documents = read_bytes(content)
            assert reasons(documents) == [None, None, "unreadable", None, None]
            assert [document.content for document in documents if not document.refusal] == [*PAGES[:2], *PAGES[3:]]


def test_a_damaged_member_costs_that_member_only() -> None:
    members = [gzip.compress(r) for r in RECORDS]
    members[2] = members[2][:60] + b"\xff" * 40 + members[2][100:]
    documents = read_bytes(b"".join(members))
    assert [d.content for d in documents if not d.refusal] == [*PAGES[:2], *PAGES[3:]]
    assert reasons(documents).count("unreadable") >= 1


def test_an_archive_that_is_cut_off() -> None:
    for content in ways(RECORDS)[:2]:
        documents = read_bytes(content[:-30])
        assert [document.content for document in documents][:4] == PAGES[:4]
        assert reasons(documents) == [None] * 4 + ["unreadable"]
    documents = read_bytes(ways(RECORDS)[2][:-30])  # packed whole, the last bytes hold more than a record
    assert [document.content for document in documents[:-1]] == PAGES[: len(documents) - 1]
    assert reasons(documents)[-1] == "unreadable"


def test_a_large_page_in_an_archive() -> None:
    for content in ways([record(b"<p>" + b"x" * 500_000), RECORDS[0]]):
        assert reasons(read_bytes(content, settings=SMALL)) == ["too_large", None]
    bomb = record(gzip.compress(b"x" * 5_000_000), http="Content-Encoding: gzip\r\n")
    assert reasons(read_bytes(bomb + RECORDS[0], settings=SMALL)) == ["too_large", None]


@pytest.mark.parametrize("junk", [b"WARC/1.0\r\n", b"WARC/1.0\r\n\r\n", b"WARC/1.0\r\nContent-Length: 9000000\r\n\r\n"])
def test_a_hostile_archive_takes_linear_time(junk: bytes) -> None:
    start = time.perf_counter()
    documents = read_bytes(junk * 20_000)
    assert set(reasons(documents)) == {"unreadable"}
    assert time.perf_counter() - start < 5


# Whatever comes

_STARTS = st.sampled_from(
    [b"", b"\x1f\x8b", b"\x1f\x8b\x08\0\0\0\0\0\0\x03", b"PAR1", b"WARC/1.0\r\n", RECORDS[0], b"%PDF-", b"<html>",
     b'{"text":', b"[{", b"\xff\xfe", b"\xef\xbb\xbf", b"PK\3\4", gzip.compress(RECORDS[0]), gzip.compress(b"x")]
)  # fmt: skip


@given(_STARTS, st.binary(max_size=300), _STARTS, st.booleans(), st.sampled_from(["a", "a.jsonl", "a.json", "a.gz"]))
def test_any_file_gives_documents(start: bytes, middle: bytes, end: bytes, packed: bool, name: str) -> None:
    content = start + middle + end
    documents = read_bytes(gzip.compress(content) if packed else content, name, SMALL)
    assert documents
    for document in documents:
        assert len(document.document_id) == 64
        assert document.origin.encode()
        if not document.refusal:
            assert document.media_type in ("text/plain", "text/html")
            assert document.document_id == hashlib.sha256(document.content).hexdigest()


_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "$date", "given"]), inner),
    max_leaves=5,
)
_ROW = st.dictionaries(st.sampled_from([*COPY_FIELDS, *GIVEN_FIELDS, "other"]), _VALUES)
_LINE = (
    _ROW.map(lambda row: json.dumps(row).encode())
    | _VALUES.map(lambda value: json.dumps(value).encode())
    | st.binary(max_size=60).map(lambda line: line.replace(b"\n", b""))
    | st.sampled_from([b"", b"  ", b"\t", b'{"text": "\xff"}', b"{}", b'{"text": "\\ud800"}', b"[" * 5000])
)


@given(st.lists(_LINE, max_size=8), st.sampled_from([b"\n", b"\r\n"]))
@example([b'{"published_at": 1e308, "id": -1e308, "title": 1e999}'], b"\n")
def test_one_document_for_each_line_that_is_not_blank(lines: list[bytes], end: bytes) -> None:
    expected = sum(bool(line.strip()) for line in lines)
    for content in (end.join(lines), gzip.compress(end.join(lines))):
        if content[:2] == b"\x1f\x8b" and lines and lines[0][:2] == b"\x1f\x8b":
            continue
        documents = read_stdin(content)
        if expected:
            assert len(documents) == expected
        else:
            assert reasons(documents) == ["empty"]
    content = b'{"text": "first"}' + end + end.join(lines)
    assert len(read_bytes(content, "d.jsonl")) == expected + 1
