"""A web archive as crawlers write it, of ten thousand pages: read in bounded memory, and the same articles come of it."""

import gzip
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psutil
import pyarrow as pa
import pytest

from flows.document import make_article
from schemas.document import Document
from schemas.settings import Settings
from tasks.read import read_input
from tests.newsroom import START, TOWNS, WHATS, Story

PAGES = 10_000
BASE = "https://archive.example"
SETTINGS = Settings(workers=1)
#: Each record packed by itself, as crawlers do.
PACKED: dict[str, Callable[[bytes], bytes]] = {
    ".warc": bytes, ".gz": lambda record: gzip.compress(record, 1),
    ".zst": lambda record: pa.compress(record, codec="zstd", asbytes=True),
}  # fmt: skip


def story(number: int) -> Story:
    what = WHATS[number // len(TOWNS) % len(WHATS)]
    return Story(f"news/{number}", f"{TOWNS[number % len(TOWNS)]} {number}", what, START + timedelta(minutes=number))


def chunked(body: bytes) -> bytes:
    pieces = [body[at : at + 700] for at in range(0, len(body), 700)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def records(number: int) -> Iterator[bytes]:
    """All that a crawler writes of one page: its request, the answer, what it noted; now and then a revisit."""
    url, body = f"{BASE}/news/{number}", story(number).page(BASE)
    more = b""
    if number % 3 == 0:
        body, more = chunked(body), b"Transfer-Encoding: chunked\r\n"
    elif number % 3 == 1:
        body, more = gzip.compress(body, 1), b"Content-Encoding: gzip\r\n"
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n" + more + b"\r\n" + body

    def record(kind: str, content_type: str, block: bytes) -> bytes:
        head = (
            f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Record-ID: <urn:uuid:{kind}-{number}>\r\n"
            f"WARC-Date: 2026-11-20T06:00:00Z\r\nContent-Type: {content_type}\r\nContent-Length: {len(block)}\r\n\r\n"
        )
        return head.encode() + block + b"\r\n\r\n"

    yield record("request", "application/http; msgtype=request", b"GET / HTTP/1.1\r\nHost: archive.example\r\n\r\n")
    yield record("response", "application/http; msgtype=response", answer)
    yield record("metadata", "application/warc-fields", b"fetchTimeMs: 12\r\n")
    if number % 50 == 0:
        yield record("revisit", "application/http; msgtype=response", b"HTTP/1.1 304 Not Modified\r\n\r\n")


@pytest.mark.parametrize("name", ["news.warc", "news.warc.gz", "news.warc.zst"])
def test_ten_thousand_pages(tmp_path: Path, name: str):
    path = tmp_path / name
    with path.open("wb") as file:
        for number in range(PAGES):
            for record in records(number):
                file.write(PACKED[path.suffix](record))
    process = psutil.Process()
    assert same(next(read_input(str(path), SETTINGS)), 0)  # for what is imported once
    before = most = process.memory_info().rss
    count = 0
    for count, document in enumerate(read_input(str(path), SETTINGS), 1):
        assert document.refusal is None
        number = count - 1
        assert document.given.url == f"{BASE}/news/{number}"
        if number % 500 == 0:
            most = max(most, process.memory_info().rss)
            assert same(document, number)
    assert count == PAGES
    assert (most - before) / (1 << 20) < 40  # the archive holds 22 MB of records


def same(document: Document, number: int) -> bool:
    """Whether the article is that of the page alone."""
    page = story(number).page(BASE)
    assert document.content == page
    alone = replace(document, origin=f"{BASE}/news/{number}", given=replace(document.given, url=None))
    one, other = (make_article(d, SETTINGS).as_record() for d in (document, alone))
    assert one["outcome"] == "accepted" and one["title"] == story(number).title
    return {k: v for k, v in one.items() if k != "origin"} == {k: v for k, v in other.items() if k != "origin"}
