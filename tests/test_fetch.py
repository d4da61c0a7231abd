"""tasks/fetch.py against a server on the loopback interface."""

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from schemas.errors import CopydeskError, UsageError
from schemas.settings import Settings
from tasks import fetch
from tasks._web_client import Limits
from tasks.fetch import fetch_page

SETTINGS = Settings(max_document_bytes=100_000, allow_private=True)
PAGE = "<html><body><p>Der Zug f\xe4hrt.</p></body></html>".encode("latin-1")
seen: list[str] = []


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        seen.append(self.headers["User-Agent"])
        status, content_type, body, extra = {
            "/page": (200, "text/html; charset=ISO-8859-1", PAGE, {}),
            "/gz": (200, "text/html", gzip.compress(PAGE), {"Content-Encoding": "gzip"}),
            "/moved": (302, "text/html", b"", {"Location": "/page"}),
            "/loop": (302, "text/html", b"", {"Location": "/loop"}),
            "/gone": (404, "text/html", b"<html>not here</html>", {}),
            "/silent": (500, "text/html", b"", {}),
            "/large": (200, "text/html", b"<html>" + b"x" * 200_000, {}),
            "/bomb": (200, "text/html", gzip.compress(b"x" * 5_000_000), {"Content-Encoding": "gzip"}),
            "/pdf": (200, "application/pdf", b"%PDF-1.7 ...", {}),
            "/text": (200, "text/plain", b"Just words.", {}),
            "/short": (200, "text/html", PAGE, {"Content-Length": "9999"}),
            "/drip": (200, "text/html", PAGE, {}),
        }[self.path]
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        for name, value in extra.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        if self.path == "/drip":
            self.wfile.flush()
            released.wait(5)

    def log_message(self, format: str, *args: object) -> None:
        pass


released = threading.Event()


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    released.set()
    server.shutdown()
    server.server_close()


def test_a_page(site: str) -> None:
    document = fetch_page(f"{site}/page", SETTINGS)
    assert document.content == PAGE
    assert (document.media_type, document.charset) == ("text/html", "ISO-8859-1")
    assert (document.origin, document.given.url, document.refusal) == (f"{site}/page", f"{site}/page", None)
    assert seen[-1].startswith("copydesk/")


def test_redirects_are_followed_and_the_last_address_given(site: str) -> None:
    document = fetch_page(f"{site}/moved", SETTINGS)
    assert document.content == PAGE
    assert document.origin == f"{site}/moved"
    assert document.given.url == f"{site}/page"


def test_content_is_unpacked(site: str) -> None:
    assert fetch_page(f"{site}/gz", SETTINGS).content == PAGE


@pytest.mark.parametrize(
    ("path", "reason", "word"),
    [
        ("gone", "unreadable", "404"),
        ("large", "too_large", "100000"),
        ("bomb", "too_large", "100000"),
        ("pdf", "unsupported_type", "PDF"),
        ("short", "unreadable", "failed"),
    ],
)
def test_what_is_no_page_is_refused(site: str, path: str, reason: str, word: str) -> None:
    refusal = fetch_page(f"{site}/{path}", SETTINGS).refusal
    assert refusal is not None
    assert refusal.reasons == (reason,)
    assert word in refusal.detail


def test_a_page_that_never_ends_is_left_in_time(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "LIMITS", Limits(total_seconds=0.5))
    document = fetch_page(f"{site}/drip", SETTINGS)
    assert document.content == PAGE
    assert document.refusal is not None


@pytest.mark.parametrize("path", ["loop", "silent"])
def test_nothing_at_all_is_an_error_that_names_the_address(site: str, path: str) -> None:
    with pytest.raises(CopydeskError, match=f"/{path}"):
        fetch_page(f"{site}/{path}", SETTINGS)


def test_no_server() -> None:
    with pytest.raises(CopydeskError, match=r"127\.0\.0\.1:9"):
        fetch_page("http://127.0.0.1:9/x", SETTINGS)


@pytest.mark.parametrize("url", ["ftp://x.example/a", "file:///etc/passwd", "http://", "http://[", "nonsense", ""])
def test_only_web_addresses(url: str) -> None:
    with pytest.raises(UsageError):
        fetch_page(url, SETTINGS)


def test_plain_text_stays_text(site: str) -> None:
    assert fetch_page(f"{site}/text", SETTINGS).media_type == "text/plain"


def test_a_private_address_is_not_fetched_unless_it_is_allowed(site: str) -> None:
    before = len(seen)
    with pytest.raises(CopydeskError, match="COPYDESK_ALLOW_PRIVATE"):
        fetch_page(f"{site}/page", Settings(allow_private=False))
    assert len(seen) == before
