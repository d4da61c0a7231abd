"""tasks/discover.py: feeds and sitemaps in the forms that are met with, a golden file each."""

import json
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
