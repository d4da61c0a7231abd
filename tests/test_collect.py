"""`copydesk collect` against a news site on loopback, on a clock that the tests move."""

import gc
import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

os.environ["COPYDESK_TRACK"] = "0"  # before the flow is imported

import flows.ingest
from flows import crawl, early
from flows.collect import collect
from flows.document import make_article
from schemas.document import Document
from schemas.settings import Settings
from schemas.source import Window
from tests.newsroom import START, Newsroom, Paper, Reply, sends
from tests.test_flow import ask


class Here:
    """The pool's work done in this process."""

    def __init__(self, settings: Settings):
        self.settings = settings

    def submit(self, documents: list[Any]) -> "Here.Done":
        return Here.Done([make_article(document, self.settings) for document in documents])

    def stop(self) -> None:
        pass

    class Done:
        def __init__(self, made: list[Any]):
            self._made = made

        def articles(self) -> list[Any]:
            return self._made


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[Newsroom]:
    monkeypatch.setattr(early, "take_pool", Here)
    monkeypatch.setattr("flows.run.Checks", lambda: None)
    with Newsroom() as newsroom:
        monkeypatch.setattr(crawl, "WORLD", newsroom.world())
        yield newsroom


@pytest.fixture
def gather(tmp_path: Path, room: Newsroom) -> Callable[..., dict[str, Any]]:
    """Write sources.toml, and run the flow."""

    def run(*sources: str, collect_: str = "", **options: Any) -> dict[str, Any]:
        file = tmp_path / "sources.toml"
        if sources:
            file.write_text(f'[collect]\ncontact = "desk@copydesk.example"\n{collect_}\n' + "\n".join(sources))
        return collect(warehouse=str(tmp_path / "w.duckdb"), sources_file=str(file), **options)

    return run


def source(
    room: Newsroom, host: str, path: str = "/feed.xml", kind: str = "feed", more: str = "", limits: str = ""
) -> str:
    limits = limits or "delay_seconds = 1"
    return (
        f'[[source]]\nid = "{host.split(".")[0]}"\nname = "The {host.split(".")[0].title()}"\nkind = "{kind}"\n'
        f'address = "{room.url(host, path)}"\nallow_private = true\nlimits = {{ {limits} }}\n{more}\n'
    )


def paces(room: Newsroom, host: str) -> list[float]:
    times = [r.at for r in room.asked(host)]
    return [(b - a).total_seconds() for a, b in pairwise(times)]


# Three days ----------------------------------------------------------------------------------------------------------


def test_three_days(room: Newsroom, gather: Callable[..., Any], tmp_path: Path):
    """New articles, updates, deletions, one story under two addresses: each article once, each update one version."""
    paper = Paper(room, "paper.test")
    stories = [paper.add(n, START - timedelta(hours=n)) for n in range(4)]
    stories[1].also = "printed/the-same-story"
    forbidden = paper.add(40)
    forbidden.slug = "private/notes-from-the-desk"
    updates: Counter[str] = Counter()
    number = 4
    for step in range(12):  # every six hours
        summary = gather(source(room, "paper.test")) if step == 0 else gather()
        assert summary["balanced"]
        room.clock.move(hours=6)
        if step % 2 == 0 and step < 10:
            stories.append(paper.add(number))
            number += 1
        if step in (3, 5):
            paper.edit(stories[-1])  # while it is still visited again
            updates[stories[-1].slug] += 1
        if step == 6:
            stories[0].gone_at = room.clock.now()
    gather()

    warehouse = tmp_path / "w.duckdb"
    rows = ask(warehouse, "SELECT url, version, title, source FROM articles ORDER BY url")
    assert [url for url, *_ in rows] == sorted(f"{paper.base}/{s.slug}" for s in stories)
    assert {url.rpartition(":")[2].partition("/")[2]: version - 1 for url, version, *_ in rows if version > 1} == dict(
        updates
    )
    assert {s for *_, s in rows} == {"The Paper"}
    assert not [r for r in room.requests if r.path.startswith("/private/")]
    assert min(paces(room, "paper.test")) >= 1.0
    # Each feed request that found nothing new was one 304.
    feeds = room.asked("paper.test", "/feed.xml")
    assert len(feeds) == 13 and Counter(r.status for r in feeds)[304] >= 5
    assert all("if-none-match" in r.headers for r in feeds[1:])
    # robots.txt once a day.
    assert len(room.asked("paper.test", "/robots.txt")) == 4
    gone = ask(
        warehouse, "SELECT url, outcome, status FROM collected_urls WHERE outcome IN ('gone', 'forbidden') ORDER BY 2"
    )
    assert [(outcome, status) for _, outcome, status in gone][:1] == [("forbidden", 0)]
    assert all(r.headers["user-agent"].endswith("(+desk@copydesk.example)") for r in room.requests)


def test_again_fetches_nothing_that_did_not_change(room: Newsroom, gather: Callable[..., Any], tmp_path: Path):
    paper = Paper(room, "paper.test")
    for n in range(5):
        paper.add(n, START - timedelta(hours=n))
    first = gather(source(room, "paper.test"))
    assert (first["inputs"], first["loaded"]) == (5, 5)
    before = len(room.requests)
    second = gather()
    assert [(r.path, r.status) for r in room.requests[before:]] == [("/feed.xml", 304)]
    assert second["inputs"] == 0
    # Re-visits fade: an hour, three, twelve, a day, three days; each one 304 a page.
    for hours, pages in ((1.1, 5), (0.5, 0), (3, 5), (12, 5), (24, 5), (72, 5), (1000, 0)):
        room.clock.move(hours=hours)
        before = len(room.requests)
        gather()
        again = [r for r in room.requests[before:] if r.path.startswith("/news/")]
        assert (len(again), {r.status for r in again}) == (pages, {304} if pages else set()), hours
    assert ask(tmp_path / "w.duckdb", "SELECT DISTINCT visits FROM collected_urls") == [(6,)]


def test_a_sitemap_says_what_has_changed(room: Newsroom, gather: Callable[..., Any], tmp_path: Path):
    paper = Paper(room, "paper.test")
    stories = [paper.add(n, START - timedelta(days=n)) for n in range(12)]
    assert gather(source(room, "paper.test", "/sitemap.xml", "sitemap"))["loaded"] == 7  # of the last seven days
    room.clock.move(hours=200)
    gather()
    paper.edit(stories[3])
    room.clock.move(minutes=10)
    before = len(room.requests)
    assert gather()["updated"] == 1
    assert [r.path for r in room.requests[before:]].count(f"/{stories[3].slug}") == 1
    # And the older ones, by date: those of two days, and nothing else.
    before = len(room.requests)
    day = (START - timedelta(days=10)).date()
    summary = gather(days=Window(day, day + timedelta(days=1)))
    assert summary["loaded"] == 2
    assert sorted(r.path for r in room.requests[before:] if "news" in r.path) == sorted(
        f"/{s.slug}" for s in stories[9:11]
    )
    assert not any("if-none-match" in r.headers for r in room.requests[before:] if r.path == "/sitemap.xml")
    assert gather(days=Window(date(2020, 1, 1), date(2020, 1, 2)))["inputs"] == 0


def test_an_index_leads_to_sitemaps_and_those_that_cannot_hold_anything_new_are_not_asked(
    room: Newsroom, gather: Callable[..., Any]
):
    paper = Paper(room, "paper.test")
    paper.add(1)
    maps = "".join(
        f"<sitemap><loc>{paper.base}/{name}</loc><lastmod>{day}</lastmod></sitemap>"
        for name, day in (("sitemap.xml", "2026-11-20"), ("old.xml", "2019-01-01"), ("../etc.xml", "2026-11-20"))
    )
    maps += "<sitemap><loc>http://elsewhere.test/sitemap.xml</loc></sitemap>"
    paper.extra["/index.xml"] = Reply(f"<sitemapindex>{maps}</sitemapindex>".encode())
    assert gather(source(room, "paper.test", "/index.xml", "sitemap"))["loaded"] == 1
    assert not room.asked("paper.test", "/old.xml") and not room.asked("elsewhere.test")


# Many sources --------------------------------------------------------------------------------------------------------


def test_a_robots_file_that_cannot_be_had_for_weeks(room: Newsroom, gather: Callable[..., Any]):
    """What a site said last counts for 30 days of failures; after that nothing is allowed until it says something."""
    paper = Paper(room, "paper.test", robots="User-agent: *\nDisallow: /private/\n")
    paper.add(0).slug = "private/notes"
    loaded = {}
    for day in (0, 3, 15, 29, 31, 70, 71):
        room.clock.at = START + timedelta(days=day)
        if day == 3:
            paper.faults["/robots.txt"] = lambda r: Reply(b"no", 500)
        elif day == 29:
            paper.faults["/robots.txt"] = sends(b"")
        elif day == 71:
            del paper.faults["/robots.txt"]
        paper.add(100 + day)
        had = len(room.requests)
        loaded[day] = gather(source(room, "paper.test"))["loaded"]
        if 30 < day < 71:
            assert {r.path for r in room.requests[had:]} == {"/robots.txt"}
    assert loaded == {0: 1, 3: 1, 15: 1, 29: 1, 31: 0, 70: 0, 71: 3}
    assert not [r for r in room.requests if r.path.startswith("/private/")]


def test_a_source_that_fails_does_not_stop_the_others(room: Newsroom, gather: Callable[..., Any], tmp_path: Path):
    for name in ("good", "bad", "worse"):
        Paper(room, f"{name}.test").add(len(name))
    room.clock.at = datetime.now(UTC)  # collect_health tells of the last seven days
    room.sites["bad.test"].faults["/feed.xml"] = lambda r: Reply(b"no", 500)  # type: ignore[attr-defined]
    room.sites["worse.test"].faults["/robots.txt"] = lambda r: Reply(b"no", 503)  # type: ignore[attr-defined]
    summary = gather(*(source(room, f"{name}.test") for name in ("bad", "good", "worse")))
    assert summary["loaded"] == 1
    told = {row["source"]: row for row in summary["sources"]}
    assert told["good"]["fetched"] == 2
    assert told["bad"]["failed"] == 1 and "500" in told["bad"]["detail"]
    assert told["worse"]["left"] == 1 and "robots.txt" in told["worse"]["detail"]
    # A server that cannot say what it allows is asked for nothing else; the feed that failed is left alone for a while.
    assert [r.path for r in room.asked("worse.test")] == ["/robots.txt"]
    before = len(room.asked("bad.test"))
    gather()
    assert len(room.asked("bad.test")) == before
    health = ask(
        tmp_path / "w.duckdb", "SELECT source, last_success_at IS NOT NULL, error_rate FROM collect_health ORDER BY 1"
    )
    assert [(s, ok) for s, ok, _ in health] == [("The Bad", False), ("The Good", True), ("The Worse", False)]
    assert {s: r for s, _, r in health}["The Bad"] == 1.0
    rows = ask(
        tmp_path / "w.duckdb", 'SELECT source_id, fetched, failed, "left" FROM collections ORDER BY run_id, source_id'
    )
    assert len(rows) == 6


def test_a_page_of_another_site_is_not_taken_for_the_article_that_it_names(
    room: Newsroom, gather: Callable[..., Any], tmp_path: Path
):
    one, two = Paper(room, "one.test"), Paper(room, "two.test")
    story = one.add(1)
    page = story.page(one.base).replace(b"half of it", b"all of it")
    two.add(1)
    two.faults[f"/{story.slug}"] = lambda r: Reply(page)
    gather(source(room, "one.test"), source(room, "two.test"))
    rows = ask(tmp_path / "w.duckdb", "SELECT source, url, version FROM articles ORDER BY 1")
    assert rows == [("The One", f"{one.base}/{story.slug}", 1), ("The Two", f"{two.base}/{story.slug}", 1)]


def test_pages_by_address_and_files(room: Newsroom, gather: Callable[..., Any], tmp_path: Path):
    paper = Paper(room, "paper.test")
    stories = [paper.add(n) for n in range(3)]
    listed = tmp_path / "list.txt"
    listed.write_text(f"# ours\n{paper.base}/{stories[0].slug}\n\n{paper.base}/{stories[1].slug}  # and this\n")
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "a.html").write_bytes(stories[2].page("https://folder.example"))
    more = '[[source]]\nid = "folder"\nname = "The Folder"\nkind = "folder"\naddress = "pages"\nzone = "Europe/Paris"\n'
    urls = (
        source(room, "paper.test").replace(room.url("paper.test", "/feed.xml"), "list.txt").replace('"feed"', '"urls"')
    )
    summary = gather(urls, more)
    assert summary["loaded"] == 3
    assert {row["source"]: row["found"] for row in summary["sources"]} == {"paper": 2, "folder": 1}
    assert sorted(ask(tmp_path / "w.duckdb", "SELECT DISTINCT source FROM articles")) == [
        ("The Folder",),
        ("The Paper",),
    ]
    before = len(room.requests)
    assert gather()["unchanged"] == 1
    assert len(room.requests) == before


def test_the_zone_of_the_source_counts(room: Newsroom, gather: Callable[..., Any], tmp_path: Path):
    paper = Paper(room, "paper.test")
    story = paper.add(1)
    page = story.page(paper.base).replace(story.at.isoformat().encode(), b"2026-11-20 05:30")
    paper.faults[f"/{story.slug}"] = lambda r: Reply(page)
    gather(source(room, "paper.test", more='zone = "America/Chicago"\nlanguage = "en"'))
    rows = ask(tmp_path / "w.duckdb", "SELECT published_at::VARCHAR, published_basis, language FROM articles")
    assert rows == [("2026-11-20 11:30:00+00", "source", "en")]


def test_a_rush_is_landed_first_and_dealt_with_after(
    room: Newsroom, gather: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(
        Settings, "of", classmethod(lambda cls, w=None, **said: cls(warehouse=Path(w), workers=1, batch_documents=4))
    )
    for host in ("a.test", "b.test", "c.test"):
        paper = Paper(room, host)
        for n in range(6):
            paper.add(n + ord(host[0]))
    held: list[int] = []
    load = flows.ingest.load

    def weigh(batch: Any, run: Any) -> None:
        load(batch, run)
        there = [o for o in gc.get_objects() if isinstance(o, Document)]
        held.append(len({o.document_id for o in there if o.content and ".test:" in o.origin}))

    monkeypatch.setattr(flows.ingest, "load", weigh)
    monkeypatch.setattr("flows.gather._AT_A_TIME", 1)
    summary = gather(*(source(room, host) for host in ("a.test", "b.test", "c.test")))
    assert (summary["inputs"], summary["loaded"], summary["balanced"]) == (18, 18, True)
    assert len(held) == 5 and max(held) <= 3 * 4, held  # this batch of four, the next, and the last that came
    assert ask(tmp_path / "w.duckdb", "SELECT count(*) FROM landed_packs") == [(0,)]
