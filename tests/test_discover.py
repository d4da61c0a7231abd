"""tasks/discover.py: feeds and sitemaps in the forms that are met with, a golden file each."""

import json
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.collected import Listing
from tasks.discover import clean_address, day_in, feeds_of, read_addresses, read_feed, read_sitemap, sitemaps_of

GOLDEN = Path(__file__).parent / "discovery"
CASES = sorted(path for path in GOLDEN.iterdir() if not path.name.endswith(".golden.json"))
BASES = {
    "rss-relative.xml": "https://relative.example/desk/feed.xml",
    "jsonfeed-1.1.json": "https://tram.example/feed.json",
}


def as_json(listing: Listing) -> dict[str, Any]:
    def row(item: Any) -> dict[str, Any]:
        times = {name: getattr(item, name) for name in ("published_at", "modified_at")}
        return {"url": item.url, "title": item.title, **{k: v.isoformat() if v else None for k, v in times.items()}}

    return {
        "kind": listing.kind, "title": listing.title, "problem": listing.problem and listing.problem.partition(" (")[0],
        "found": [row(item) for item in listing.found], "more": [row(item) for item in listing.more],
    }  # fmt: skip


def read(path: Path) -> Listing:
    url = BASES.get(path.name, f"https://map.example/{path.name}")
    content = path.read_bytes()
    return read_sitemap(content, url, 1 << 20) if "sitemap" in path.name else read_feed(content, url)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_golden(path: Path):
    expected = json.loads((GOLDEN / f"{path.name}.golden.json").read_text("utf-8"))
    assert as_json(read(path)) == expected


def test_a_feed_is_no_sitemap_and_the_other_way_round():
    assert "sitemap" in (read_feed((GOLDEN / "sitemap.xml").read_bytes(), "https://map.example/").problem or "")
    assert not read_sitemap((GOLDEN / "rss-2.0.xml").read_bytes(), "https://map.example/", 1 << 20).found


RSS = b"<rss version='2.0'><channel>%s</channel></rss>"
ITEM = b"<item><link>https://map.example/%d</link><description><![CDATA[%s]]></description></item>"


@pytest.mark.parametrize(
    ("content", "found", "word"),
    [
        (RSS % b"".join(ITEM % (n, b"") for n in range(6000)), 5000, "more entries"),
        # Pictures in an address, and long copy without a tag, are no attack.
        (RSS % (ITEM % (1, b"<img src='data:image/png;base64," + b"QUJD" * 100_000 + b"=='>")), 1, ""),
        (RSS % (ITEM % (1, b"a < b, and so it goes on: " * 60_000)), 1, ""),
        # Each of these took feedparser a minute or more.
        (b"<rss version='2.0' " + b"".join(b"a%d='b' " % n for n in range(500_000)) + b"/>", 0, "attributes"),
        (b"<rss version='2.0'><channel>" + ITEM % (1, b"") + b"<a " * 2_700_000, 1, "broken"),
        (b"<rss version='2.0'><channel>" + ITEM % (1, b"") + b"<" * 8_000_000, 0, "attributes"),
    ],
    ids=["items", "picture", "copy", "attributes", "open tags", "brackets"],
)
def test_a_feed_that_is_made_to_be_slow_is_read_in_part_or_not_at_all(content: bytes, found: int, word: str):
    listing = read_feed(content, "https://map.example/feed")
    assert len(listing.found) == found and word in (listing.problem or "") and bool(word) is bool(listing.problem)


def test_a_sitemap_of_ampersands_takes_no_more_memory_than_its_size():
    content = b"<urlset><url><loc>https://map.example/a?b&c</loc></url>" + b"&" * 4_000_000
    tracemalloc.start()
    assert len(read_sitemap(content[:1_500_000], "https://map.example/", 1 << 24).found) == 1
    taken = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert taken < 20 << 20, taken


def test_a_name_of_a_file_is_not_opened(tmp_path: Path):
    """feedparser opens what it takes for one; it is never given the chance."""
    path = tmp_path / "feed.xml"
    path.write_bytes((GOLDEN / "rss-2.0.xml").read_bytes())
    assert read_feed(str(path).encode(), "https://x.example/").found == ()


@given(st.binary(max_size=2000), st.sampled_from([path.read_bytes()[:3000] for path in CASES]), st.integers(0, 3000))
def test_any_bytes_are_read_without_an_error(noise: bytes, sample: bytes, place: int):
    for content in (noise, sample[:place] + noise + sample[place:]):
        feed, sitemap = (
            read_feed(content, "https://map.example/feed"),
            read_sitemap(content, "https://map.example/map", 10_000),
        )
        for found in (*feed.found, *sitemap.found, *read_addresses(content).found):
            assert found.url.startswith(("http://", "https://"))


def test_feeds_and_sitemaps_that_a_site_names():
    page = b"""<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml">
      <link rel="alternate" type="application/atom+xml" href="https://news.example/atom"></head><body></body></html>"""
    assert feeds_of(page, "https://news.example/") == ["https://news.example/feed.xml", "https://news.example/atom"]
    robots = (
        b"User-agent: *\nSitemap: /map.xml\nsitemap: https://news.example/news.xml # new\nSitemap: file:///etc/passwd"
    )
    assert sitemaps_of(robots, "https://news.example") == [
        "https://news.example/map.xml",
        "https://news.example/news.xml",
    ]


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://a.example/x?utm_source=rss&id=3#top", "https://a.example/x?id=3"),
        ("HTTP://A.example:80/x", "http://a.example/x"),
        ("mailto:a@b.example", None), ("https://user:pw@a.example/x", "https://a.example/x"), ("https://a.example/login", None),
        ("http://[::1", None), ("", None), (None, None), ("https://a.example/" + "x" * 3000, None),
    ],
)  # fmt: skip
def test_addresses_are_cleaned(link: str | None, expected: str | None):
    assert clean_address(link) == expected


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://a.example/2026/11/19/x", (2026, 11, 19)), ("https://a.example/x-2026-11-19", (2026, 11, 19)),
        ("https://a.example/20261119/x", (2026, 11, 19)), ("https://a.example/2026/02/31/x", None), ("https://a.example/x/1234567890", None),
    ],
)  # fmt: skip
def test_the_day_in_an_address(url: str, day: tuple[int, int, int] | None):
    assert day_in(url) == (datetime(*day, tzinfo=UTC) if day else None)
