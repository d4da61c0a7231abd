"""Budgets and limits of collecting: what is over them is not lost, but for a later run."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from schemas.source import Window
from tests import test_collect
from tests.newsroom import START, Newsroom, Paper, Reply, Request
from tests.test_collect import paces, source
from tests.test_flow import ask

room, gather = test_collect.room, test_collect.gather


def test_crawl_delay_and_budgets(room: Newsroom, gather: Callable[..., Any], tmp_path: Path):
    paper = Paper(room, "paper.test", robots="User-agent: copydesk\nCrawl-delay: 7\n")
    for n in range(10):
        paper.add(n)
    other = Paper(room, "other.test", robots=None)
    for n in range(20, 30):
        other.add(n)
    summary = gather(
        source(room, "paper.test"), source(room, "other.test", limits="delay_seconds = 2, requests = 4"),
        collect_="requests_per_host = 6\nseconds = 3600",
    )  # fmt: skip
    assert len(room.asked("paper.test")) == 6 and min(paces(room, "paper.test")[1:]) >= 7
    assert len(room.asked("other.test")) == 5 and min(paces(room, "other.test")) >= 2  # robots.txt is none of the four
    assert summary["loaded"] == 4 + 3
    assert {row["source"]: row["left"] for row in summary["sources"]} == {"paper": 6, "other": 7}
    # The next run goes on where this one stopped, and asks for nothing twice.
    room.clock.move(minutes=1)
    gather(source(room, "paper.test"), source(room, "other.test"))
    pages = Counter(r.path for r in room.requests if "/news/" in r.path)
    assert len(pages) == 20 and set(pages.values()) == {1}
    assert ask(tmp_path / "w.duckdb", "SELECT count(*) FROM articles") == [(20,)]


def test_a_budget_for_one_run_leaves_the_rest_to_the_next(room: Newsroom, gather: Callable[..., Any]):
    paper = Paper(room, "paper.test", robots=None)
    for n in range(8):
        paper.add(n)
    summary = gather(source(room, "paper.test"), budget=4)
    assert summary["sources"][0]["left"] == 8 + 2 - 4 and "budget of 4 requests" in summary["sources"][0]["detail"]
    assert len(room.requests) == 4 and summary["loaded"] == 2  # robots.txt and the feed are asked for too
    assert gather(source(room, "paper.test"))["loaded"] == 6


def test_a_small_budget_is_for_each_source_in_turn(room: Newsroom, gather: Callable[..., Any]):
    hosts = [f"p{n}.test" for n in range(6)]
    for number, host in enumerate(hosts):
        paper = Paper(room, host)
        for n in range(2):
            paper.add(12 * number + n)
    loaded = 0
    for _ in range(8):  # of five requests each: six robots.txt, six feeds, twelve pages
        summary = gather(*(source(room, host) for host in hosts), budget=5)
        assert summary["balanced"]
        loaded += summary["loaded"]
        room.clock.move(minutes=10)
    assert loaded == 12 and {r.host for r in room.requests} == set(hosts)
    assert len(room.requests) <= 8 * 5


def test_sitemaps_over_the_budget_are_for_the_next_run_though_their_index_does_not_change(
    room: Newsroom, gather: Callable[..., Any]
):
    paper = Paper(room, "paper.test", robots=None)
    stories = [paper.add(n) for n in range(6)]
    for number, story in enumerate(stories):
        paper.extra[f"/map-{number}.xml"] = Reply(
            f"<urlset><url><loc>{paper.base}/{story.slug}</loc></url></urlset>".encode()
        )
    index = "".join(f"<sitemap><loc>{paper.base}/map-{n}.xml</loc></sitemap>" for n in range(6))

    def served(request: Request) -> Reply:
        return Reply(b"", 304) if "if-none-match" in request.headers else Reply(
            f"<sitemapindex>{index}</sitemapindex>".encode(), headers={"ETag": '"1"'}
        )  # fmt: skip

    paper.faults["/index.xml"] = served
    first = gather(source(room, "paper.test", "/index.xml", "sitemap", limits="requests = 4"))
    assert first["sources"][0]["left"] > 0 and "4 requests" in first["sources"][0]["detail"]
    paper.faults["/map-5.xml"] = lambda r: Reply(b"", 500)  # and one that fails, for a while
    for hours in (0, 0, 0, 0, 1, 1):
        if hours:
            paper.faults.pop("/map-5.xml", None)
        room.clock.move(hours=hours, minutes=1)
        gather(source(room, "paper.test", "/index.xml", "sitemap", limits="requests = 6"))
    asked = Counter(r.path for r in room.requests)
    assert [asked[f"/{story.slug}"] > 0 for story in stories] == [True] * 6
    assert [asked[f"/map-{n}.xml"] for n in range(5)] == [1] * 5


def test_a_sitemap_brings_no_more_addresses_than_may_wait_and_the_rest_when_there_is_room(
    room: Newsroom, gather: Callable[..., Any], tmp_path: Path
):
    paper = Paper(room, "paper.test", robots=None)
    for n in range(12):
        paper.add(n)
    flood = source(room, "paper.test", "/sitemap.xml", "sitemap", limits="requests = 3, waiting = 5")
    counts, details = [], []
    for _ in range(9):
        details.append(gather(flood)["sources"][0]["detail"])
        counts.append(
            ask(tmp_path / "w.duckdb", "SELECT count(*) FILTER (visits = 0), count(*) FROM collected_urls")[0]
        )
        room.clock.move(minutes=1)
    assert "may wait to be fetched (5)" in details[0]
    assert counts[0][0] == 3 and max(waiting for waiting, _ in counts) <= 5
    assert counts[-1] == (0, 12)
    assert Counter(r.path for r in room.requests if "/news/" in r.path) == {f"/{s.slug}": 1 for s in paper.stories}


def test_an_index_names_no_more_sitemaps_than_may_wait(room: Newsroom, gather: Callable[..., Any], tmp_path: Path):
    paper = Paper(room, "paper.test", robots=None)
    index = "".join(f"<sitemap><loc>{paper.base}/map-{n}.xml</loc></sitemap>" for n in range(100))
    paper.extra["/index.xml"] = Reply(f"<sitemapindex>{index}</sitemapindex>".encode(), headers={"ETag": '"1"'})
    flood = source(room, "paper.test", "/index.xml", "sitemap", limits="requests = 3, waiting = 7")
    for number in range(4):
        detail = gather(flood)["sources"][0]["detail"]
        assert number or "may wait to be fetched (7)" in detail
        room.clock.move(minutes=1)
        unread = "SELECT count(*) FROM collected_feeds WHERE fetched_at IS NULL AND outcome IS NULL"
        assert ask(tmp_path / "w.duckdb", unread)[0][0] <= 7


def test_a_backfill_gets_on_from_run_to_run(room: Newsroom, gather: Callable[..., Any], tmp_path: Path):
    """More sitemaps than a run may send requests, an index that leads to another, and one map that fails at first."""
    paper = Paper(room, "paper.test", robots=None)
    stories = [paper.add(n, START - timedelta(days=40)) for n in range(12)]
    for number, story in enumerate(stories):
        paper.extra[f"/map-{number}.xml"] = Reply(
            f"<urlset><url><loc>{paper.base}/{story.slug}</loc><lastmod>{story.at.isoformat()}</lastmod></url></urlset>".encode()
        )
    for name, maps in (("index", ["map-0", "inner"]), ("inner", [f"map-{n}" for n in range(1, 12)])):
        named = "".join(f"<sitemap><loc>{paper.base}/{one}.xml</loc></sitemap>" for one in maps)
        paper.extra[f"/{name}.xml"] = Reply(f"<sitemapindex>{named}</sitemapindex>".encode())
    paper.faults["/map-3.xml"] = lambda r: Reply(b"", 404)
    paper.faults["/map-5.xml"] = lambda r: Reply(b"", 500)
    day = stories[0].at.date()
    back = source(room, "paper.test", "/index.xml", "sitemap", limits="delay_seconds = 1, requests = 5")
    loaded, left = 0, "SELECT count(*) FROM backfill_sitemaps"
    for number in range(9):
        loaded += gather(back, days=Window(day, day))["loaded"]
        room.clock.move(hours=2)
        if number == 3:
            paper.faults.pop("/map-5.xml")
        if ask(tmp_path / "w.duckdb", left) == [(0,)]:
            break
    maps = Counter(r.path for r in room.requests if r.path.startswith("/map-"))
    assert [maps[f"/map-{n}.xml"] for n in range(12) if n != 5] == [1] * 11
    loaded += gather(back, days=Window(day, day))["loaded"]  # the pages that are left
    asked = Counter(r.path for r in room.requests)
    assert loaded == 11 and [asked[f"/{s.slug}"] for s in stories] == [1, 1, 1, 0, *[1] * 8]
    # Once all of it was read, the same days can be asked for again; other days forget how far these had come.
    gather(days=Window(day, day))
    assert Counter(r.path for r in room.requests)["/map-0.xml"] == 2
    gather(days=Window(day, None))
    since = ask(tmp_path / "w.duckdb", "SELECT DISTINCT since, until FROM backfill_sitemaps")
    assert since == [(day, None)]
