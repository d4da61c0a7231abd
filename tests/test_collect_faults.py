"""Every kind of bad server at once: each is dealt with as it should be, none hangs, and the others do not notice."""

import contextlib
import ctypes
import gc
import gzip
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brotli
import psutil
import pyarrow as pa
import pytest

from flows import crawl
from tasks._web_client import Limits
from tests.newsroom import HEAD, Newsroom, Paper, Reply, Request, endless, reset, sends
from tests.test_collect import gather, room, source  # noqa: F401 - fixtures
from tests.test_flow import ask

BOMB = bytes(1 << 28)


def packed(coding: str, body: bytes) -> Callable[[Request], Reply]:
    return lambda request: Reply(body, headers={"Content-Encoding": coding})


def later(*first: Reply) -> Callable[[Request], Reply]:
    """These answers first, then the page."""
    left = list(first)
    return lambda request: left.pop(0) if left else Reply(PAGE)


PAGE = Paper(Newsroom(), "x.test").add(3).page("http://x.test")
CHUNK = b"1000\r\n" + PAGE[:0x1000].ljust(0x1000) + b"\r\n"
#: Name, the fault of the one page of the host, the outcome, and a word of the reason.
FAULTS: list[tuple[str, Callable[[Request], Reply], str, str]] = [
    ("wait", later(Reply(b"", 429, {"Retry-After": "30"})), "fetched", ""),
    ("tomorrow", lambda r: Reply(b"", 429, {"Retry-After": "86400"}), "failed", "429"),
    ("busy", later(Reply(b"", 503), Reply(b"", 503)), "fetched", ""),
    ("broken", lambda r: Reply(b"oh", 500), "failed", "500"),
    ("reset", reset, "failed", "connection"),
    ("silent", sends(b"", pause=30), "failed", ""),
    ("slow-head", sends(*[b"HTTP/1.1 200 OK\r\n", *[b"X-A: b\r\n"] * 100], pause=0.1), "failed", "seconds"),
    ("slow-body", sends(HEAD + b"Content-Length: 5000\r\n\r\n", *[b"x"] * 100, pause=0.1), "failed", "seconds"),
    ("truncated", sends(HEAD + b"Content-Length: 99999\r\n\r\n" + PAGE), "failed", "connection"),
    ("cut-chunk", sends(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNK), "failed", "connection"),
    ("two-lengths", sends(HEAD + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\nabcdefg"), "failed", "connection"),
    ("no-http", sends(b"SSH-2.0-OpenSSH_9.6\r\n"), "failed", "connection"),
    ("huge-head", sends(b"HTTP/1.1 200 OK\r\n", *[b"X-A: " + b"b" * 60_000 + b"\r\n"] * 20), "failed", "connection"),
    ("loop", lambda r: Reply(b"", 302, {"Location": r.path}), "refused", "redirects"),
    ("away", lambda r: Reply(b"", 302, {"Location": "http://169.254.169.254/"}), "refused", "link-local"),
    ("other-scheme", lambda r: Reply(b"", 302, {"Location": "file:///etc/passwd"}), "refused", "http"),
    ("endless", endless, "refused", "bytes allowed"),
    ("declared", sends(HEAD + b"Content-Length: 99999999999\r\n\r\nx"), "refused", "bytes allowed"),
    ("bomb-gzip", packed("gzip", gzip.compress(BOMB, 6)), "refused", "bytes allowed"),
    ("bomb-deflate", packed("deflate", zlib.compress(BOMB, 6)), "refused", "bytes allowed"),
    ("bomb-br", packed("br", brotli.compress(BOMB[: 1 << 26], quality=1)), "refused", "bytes allowed"),
    ("bomb-zstd", packed("zstd", pa.compress(BOMB, codec="zstd", asbytes=True)), "refused", "bytes allowed"),
    ("bomb-nested", packed("gzip, gzip", gzip.compress(gzip.compress(BOMB, 6))), "refused", "bytes allowed"),
    ("cut-gzip", packed("gzip", gzip.compress(PAGE)[:-20]), "failed", "ends early"),
    ("not-gzip", packed("gzip", PAGE), "refused", "broken"),
    ("picture", lambda r: Reply(b"\x89PNG\r\n\x1a\n" + bytes(500), headers={"Content-Type": "image/png"}), "refused", "PNG"),
    ("missing", lambda r: Reply(b"", 404), "gone", "404"),
    ("denied", lambda r: Reply(b"", 403), "refused", "403"),
    ("charset", lambda r: Reply(PAGE.decode().replace("Its chair", "Ihr Präsident").encode("latin-1")), "fetched", ""),
]  # fmt: skip

RSS = "<rss version='2.0'><channel><title>t{entities}</title>{items}</channel></rss>"
LAUGHS = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(9)
)  # fmt: skip
SITEMAP = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{items}</urlset>"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorter limits: the clock of a test does not move the network's."""
    monkeypatch.setattr(crawl, "WEB_LIMITS", Limits(connect_seconds=1, read_seconds=0.6, total_seconds=1.2))


class Memory(threading.Thread):
    """The most memory that this process takes, in MB above what it had."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        # What is free already is given back first: it would hide what is taken, and be scattered among it.
        gc.collect()
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL("libc.so.6").malloc_trim(0)
        self.process = psutil.Process()
        self.before = self.most = self.process.memory_info().rss
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.02):
            self.most = max(self.most, self.process.memory_info().rss)

    def grown(self) -> float:
        self.over.set()
        return (self.most - self.before) / (1 << 20)


def warm(room: Newsroom, gather: Callable[..., Any]) -> None:  # noqa: F811
    """A run that goes well, for all that is imported once."""
    import scipy.cluster.hierarchy  # noqa: F401  (the first story of two articles brings it)

    Paper(room, "warm.test").add(83)
    assert gather(source(room, "warm.test"))["loaded"] == 1


def test_faults_of_pages(room: Newsroom, gather: Callable[..., Any], tmp_path: Path, quick: None):  # noqa: F811
    good = Paper(room, "good.test")
    for n in range(5, 10):
        good.add(n)
    sources = [source(room, "good.test")]
    for number, (name, fault, *_) in enumerate(FAULTS):
        paper = Paper(room, f"{name}.test")
        story = paper.add(number + 12)
        paper.faults[f"/{story.slug}"] = fault
        sources.append(source(room, f"{name}.test"))
    warm(room, gather)
    memory = Memory()
    memory.start()
    started = time.monotonic()
    summary = gather(*sources, collect_="seconds = 86400")
    seconds, grown = time.monotonic() - started, memory.grown()
    assert summary["balanced"]
    rows = ask(
        tmp_path / "w.duckdb",
        "SELECT source_id, outcome, coalesce(detail, '') FROM collected_urls WHERE source_id NOT IN ('good', 'warm')",
    )
    told = {source_id: (outcome, detail) for source_id, outcome, detail in rows}
    expected = {name: (outcome, word) for name, _, outcome, word in FAULTS}
    assert {name: outcome for name, (outcome, _) in told.items()} == {
        name: outcome for name, (outcome, _) in expected.items()
    }
    assert [(name, told[name][1]) for name, (_, word) in expected.items() if word not in told[name][1]] == []
    articles = dict(ask(tmp_path / "w.duckdb", "SELECT source, count(*) FROM articles GROUP BY 1"))
    assert articles == {"The Warm": 1, "The Good": 5, "The Wait": 1, "The Busy": 1, "The Charset": 1}
    assert ask(tmp_path / "w.duckdb", "SELECT count(*) FROM articles WHERE body LIKE '%Präsident%'") == [(1,)]
    # Only whole pages were landed at all.
    assert ask(tmp_path / "w.duckdb", "SELECT count(*) FROM documents") == [(9,)]
    (first, second) = [r.at for r in room.asked("wait.test") if "/news/" in r.path]
    assert (second - first).total_seconds() >= 30
    assert len([r for r in room.asked("tomorrow.test") if "/news/" in r.path]) == 1
    assert len([r for r in room.asked("broken.test") if "/news/" in r.path]) == 3
    assert grown < 300, grown
    assert seconds < 30, seconds  # three tries of the slowest, two seconds each, all at once
    # Next day what may have passed is tried again, and nothing else.
    again = ask(
        tmp_path / "w.duckdb",
        "SELECT source_id FROM collected_urls WHERE next_visit_at IS NOT NULL AND outcome <> 'fetched'",
    )
    assert {name for (name,) in again} == {name for name, _, outcome, _ in FAULTS if outcome == "failed"}


def test_faults_of_feeds(room: Newsroom, gather: Callable[..., Any], tmp_path: Path, quick: None):  # noqa: F811
    secret = tmp_path / "secret.txt"
    secret.write_text("the-secret-of-this-machine")
    xxe = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY y SYSTEM "http://127.0.0.1:9/"><!ENTITY % p SYSTEM "http://127.0.0.1:9/p">%p;]>'
    feeds: dict[str, Callable[[str], Callable[[Request], Reply]]] = {}

    def feed(name: str, make: Callable[[str], bytes], kind: str = "feed") -> str:
        paper = Paper(room, f"{name}.test")
        stories = [paper.add(len(feeds) * 4 + n) for n in range(2)]
        tag = "item><link>{0}</link></item" if kind == "feed" else "url><loc>{0}</loc></url"
        items = "".join("<" + tag.format(f"{paper.base}/{story.slug}") + ">" for story in stories)
        body = make(items)
        paper.faults["/feed.xml"] = lambda r: Reply(body, headers={"Content-Type": "application/xml"})
        feeds[name] = lambda _: paper.faults["/feed.xml"]
        return source(room, f"{name}.test", kind=kind)

    sources = [
        feed("laughs", lambda items: (LAUGHS + "]>" + RSS.format(entities="&j;", items=items)).encode()),
        feed("laughs-map", lambda items: (LAUGHS + "]>" + SITEMAP.format(items="<url><loc>http://x/&j;</loc></url>" + items)).encode(), "sitemap"),
        feed("quadratic", lambda items: (f'<!DOCTYPE r [<!ENTITY a "{"x" * 50_000}">]>' + RSS.format(entities="&a;" * 5000, items=items)).encode()),
        feed("xxe", lambda items: (xxe + RSS.format(entities="&x;&y;", items=items)).encode()),
        feed("xxe-map", lambda items: (xxe + SITEMAP.format(items="<url><loc>http://x/&x;</loc></url>" + items)).encode(), "sitemap"),
        feed("cut", lambda items: RSS.format(entities="", items=items)[:-40].encode()),
        feed("deep", lambda items: b"<rss version='2.0'><channel>" + items.encode() + b"<a>" * 100_000),
        feed("deep-json", lambda items: b'{"version": "https://jsonfeed.org/version/1", "items": ' + b"[" * 100_000),
        feed("rubbish", lambda items: bytes(range(256)) * 100),
        feed("empty", lambda items: b""),
        feed("html", lambda items: b"<!doctype html><html><body><p>Not here.</p></body></html>"),
        feed("gz-bomb", lambda items: gzip.compress(BOMB, 6), "sitemap"),
    ]  # fmt: skip
    good = Paper(room, "good.test")
    good.add(90)
    warm(room, gather)
    memory = Memory()
    memory.start()
    started = time.monotonic()
    summary = gather(*sources, source(room, "good.test"))
    seconds, grown = time.monotonic() - started, memory.grown()
    assert summary["balanced"]
    articles = dict(ask(tmp_path / "w.duckdb", "SELECT source, count(*) FROM articles GROUP BY 1 ORDER BY 1"))
    assert articles.pop("The Good") == articles.pop("The Warm") == 1
    assert {name: articles.get(f"The {name.title()}", 0) for name in feeds} == {
        "laughs": 2, "laughs-map": 0, "quadratic": 2, "xxe": 2, "xxe-map": 2, "cut": 1, "deep": 2, "deep-json": 0, "rubbish": 0, "empty": 0, "html": 0,
        "gz-bomb": 0,
    }  # fmt: skip
    details = dict(ask(tmp_path / "w.duckdb", "SELECT source_id, detail FROM collected_feeds"))
    # An entity from elsewhere is never looked at; nothing is wrong with the rest.
    assert [name for name in feeds if not details[name]] == ["xxe", "xxe-map"]
    assert not [name for name in feeds if "the-secret" in str(details[name])]
    for table in ("collected_urls", "collected_feeds", "articles"):
        assert not [row for row in ask(tmp_path / "w.duckdb", f"SELECT * FROM {table}") if "the-secret" in str(row)]
    assert grown < 300, grown
    assert seconds < 30, seconds
