"""Web archives that are fetched: whole or not at all, under the rules that pages are under, and once."""

# ruff: noqa: F811 - fixtures
import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from flows import crawl
from tasks._web_client import Limits
from tests.newsroom import HEAD, Newsroom, Paper, Reply, Request, endless, sends
from tests.test_archives_of_news import records
from tests.test_collect import gather, room, source  # noqa: F401
from tests.test_flow import ask

PAGES = 6
RECORDS = [record for number in range(PAGES) for record in records(number)]
PLAIN = b"".join(RECORDS)
#: Zstandard frames as RFC 8878 has them: one that names dictionary 7, and the same after a frame with a dictionary.
NEEDS_DICTIONARY = bytes.fromhex("28b52ffd 21 07 05 290000") + b"hello"
SELF_MADE = bytes.fromhex("5d2a4d18 08000000 37a430ec 07000000") + NEEDS_DICTIONARY
PACKED = b"".join(gzip.compress(record, 1) for record in RECORDS)


def archive(room: Newsroom, limits: str = "", host: str = "paper.test") -> str:
    return source(room, host, "/news.warc.gz", "warc", limits=limits)


def served(body: bytes, **headers: str) -> Callable[[Request], Reply]:
    """The archive, with an ETag, and 304 for whoever knows that."""

    def reply(request: Request) -> Reply:
        if request.headers.get("if-none-match") == '"1"':
            return Reply(b"", 304)
        return Reply(body, headers={"ETag": '"1"', "Content-Type": "application/warc", **headers})

    return reply


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crawl, "WEB_LIMITS", Limits(connect_seconds=1, read_seconds=0.6, total_seconds=1.2))


@pytest.mark.parametrize("body", [PLAIN, PACKED, pa.compress(PLAIN, codec="zstd", asbytes=True)])
def test_an_archive_is_read_and_asked_for_again_only_if_it_changed(
    room: Newsroom,
    gather: Callable[..., Any],
    tmp_path: Path,
    body: bytes,
):
    paper = Paper(room, "paper.test")
    paper.faults["/news.warc.gz"] = served(body)
    summary = gather(archive(room))
    assert (summary["inputs"], summary["loaded"], summary["balanced"]) == (PAGES, PAGES, True)
    [row] = summary["sources"]
    assert (row["fetched"], row["found"], row["bytes"]) == (1, PAGES, len(body))
    rows = ask(tmp_path / "w.duckdb", "SELECT source, url FROM articles ORDER BY url")
    assert rows == [("The Paper", f"https://archive.example/news/{n}") for n in range(PAGES)]
    assert [o.rpartition("#")[0] for (o,) in ask(tmp_path / "w.duckdb", "SELECT origin FROM documents")] == [
        f"{paper.base}/news.warc.gz"
    ] * PAGES
    again = gather()
    assert (again["inputs"], again["sources"][0]["not_modified"]) == (0, 1)
    assert [r.status for r in room.asked("paper.test", "/news.warc.gz")] == [200, 304]
    assert room.requests[0].path == "/robots.txt" and room.requests[1].headers["accept-encoding"] == "identity"
    assert list(tmp_path.glob("*.warc*")) == []


def test_one_without_a_version_is_fetched_once(room: Newsroom, gather: Callable[..., Any]):
    paper = Paper(room, "paper.test")
    paper.faults["/news.warc.gz"] = lambda r: Reply(PACKED)
    assert gather(archive(room))["loaded"] == PAGES
    assert gather()["inputs"] == 0
    assert len(room.asked("paper.test", "/news.warc.gz")) == 1


#: Name, what is answered, limits, the outcome and a word of the reason.
BAD: list[tuple[str, Callable[[Request], Reply], str, str, str]] = [
    ("truncated", sends(HEAD + b"Content-Length: %d\r\n\r\n" % len(PACKED) + PACKED[:-9]), "", "failed", "connection"),
    ("slow", sends(HEAD + b"\r\n", *[PACKED[:9]] * 60, pause=0.05), "", "failed", "bytes a second"),
    ("silent", sends(HEAD + b"\r\n" + PACKED[:99], b"", pause=3), "", "failed", ""),
    ("endless", endless, "archive_bytes = 300_000", "refused", "bytes allowed"),
    ("declared", lambda r: Reply(PLAIN), "archive_bytes = 1000", "refused", "bytes allowed"),
    ("away", lambda r: Reply(b"", 302, {"Location": "http://169.254.169.254/x.warc"}), "", "refused", "link-local"),
    ("file", lambda r: Reply(b"", 302, {"Location": "file:///etc/passwd"}), "", "refused", "http"),
    ("loop", lambda r: Reply(b"", 302, {"Location": r.path}), "", "refused", "redirects"),
    ("page", lambda r: Reply(b"<html><body><p>Log in to download.</p></body></html>"), "", "refused", "no web archive"),
    ("dictionary", lambda r: Reply(SELF_MADE), "", "refused", "a dictionary of its own"),
    ("elsewhere", lambda r: Reply(NEEDS_DICTIONARY), "", "refused", "a dictionary that does not come with it"),
    ("missing", lambda r: Reply(b"", 404), "", "gone", "404"),
]


def test_what_did_not_come_whole_is_no_archive(
    room: Newsroom,
    gather: Callable[..., Any],
    tmp_path: Path,
    quick: None,
):
    sources = []
    for name, fault, limits, _, _ in BAD:
        Paper(room, f"{name}.test").faults["/news.warc.gz"] = fault
        sources.append(archive(room, limits, f"{name}.test"))
    Paper(room, "good.test").faults["/news.warc.gz"] = served(PACKED)
    forbidden = Paper(room, "forbidden.test", robots="User-agent: *\nDisallow: /news.warc\n")
    summary = gather(
        *sources, archive(room, host="good.test"), archive(room, host="forbidden.test"), collect_="seconds = 86400"
    )
    assert (summary["inputs"], summary["loaded"], summary["balanced"]) == (PAGES, PAGES, True)
    assert len(room.asked("forbidden.test", "/news.warc.gz")) == 0 and forbidden.robots
    rows = ask(tmp_path / "w.duckdb", "SELECT source_id, outcome, coalesce(detail, '') FROM collected_feeds")
    told = {source_id: (outcome, detail) for source_id, outcome, detail in rows}
    assert {name: told[name][0] for name in told} == {
        "good": "fetched", "forbidden": "forbidden", **{name: outcome for name, _, _, outcome, _ in BAD}
    }  # fmt: skip
    assert [(name, told[name]) for name, _, _, _, word in BAD if word not in told[name][1]] == []
    assert ask(tmp_path / "w.duckdb", "SELECT DISTINCT source FROM documents") == [("The Good",)]


def test_a_broken_record_in_a_whole_archive_is_refused_and_the_rest_is_read(
    room: Newsroom,
    gather: Callable[..., Any],
):
    paper = Paper(room, "paper.test")
    paper.faults["/news.warc.gz"] = served(PLAIN[:-300])  # as its server has it
    summary = gather(archive(room))
    assert (summary["loaded"], summary["reasons"]) == (PAGES - 1, {"unreadable": 1})


def test_a_budget_that_is_spent_leaves_archives_to_the_next_run(room: Newsroom, gather: Callable[..., Any]):
    for name in ("a", "b", "c"):
        Paper(room, f"{name}.test", robots=None).faults["/news.warc.gz"] = served(PACKED)
    hosts = [archive(room, host=f"{name}.test") for name in ("a", "b", "c")]
    summary = gather(*hosts, budget=4)
    assert [row.get("left", 0) for row in summary["sources"]] == [0, 0, 1]
    assert "budget of 4 requests" in summary["sources"][2]["detail"]
    gather()
    assert [len(room.asked(f"{name}.test", "/news.warc.gz")) for name in ("a", "b", "c")] == [2, 2, 1]
