"""tasks/_archives.py: web archives, a document a page, whatever is broken in them."""

import gzip
import time
import zlib

import pytest

from tests.reading import PAGE, SMALL, read_bytes, reasons, suffixes


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
        (gzip.compress(b"The weir. ", mtime=0), "Content-Encoding: gzip"),
        (b"The weir. ", "Content-Encoding: gzip"),
        (zlib.compress(b"The weir. "), "Content-Encoding: deflate"),
        (zlib.compress(b"The weir. ", wbits=-15), "Content-Encoding: deflate"),
        (
            b"1E\r\n" + gzip.compress(b"The weir. ", mtime=0) + b"\r\n0\r\n\r\n",
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
