"""seeds/sources.toml, `sources check`, `sources add`, `collect --dry-run` and the command line of collecting."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flows import cli
from flows.sources import check_sources, draft_source, whats_new
from schemas.errors import CopydeskError, UsageError
from schemas.source import Limits, Window
from tasks._web_sources import choose, read_sources
from tests.conftest import ROOT
from tests.newsroom import START, Newsroom, Paper, Reply
from tests.test_collect import gather, room, source  # noqa: F401 - fixtures

SEEDS = ROOT / "seeds" / "sources.toml"
GOOD = """
[collect]
contact = "desk@copydesk.example"
seconds = 60

[[source]]
id = "harbour"
name = "Harbour Standard"
kind = "rss"
address = ["https://harbour.example/feed.xml", "https://harbour.example/b.xml"]
language = "en"
zone = "Europe/London"
schedule = "hourly"
limits = { delay_seconds = 5, revisit_hours = [2, 4] }

[[source]]
id = "old"
name = "Old Ledger"
kind = "warc"
address = "archive/old.warc.gz"
enabled = false
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def to_file(text: str) -> Path:
        path = tmp_path / "sources.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return to_file


def test_a_file_that_is_right(write: Callable[[str], Path]):
    book = read_sources(path := write(GOOD))
    harbour, old = book.sources
    assert (harbour.kind, harbour.zone, harbour.schedule, harbour.allow_private) == (
        "feed",
        "Europe/London",
        "hourly",
        False,
    )
    assert harbour.limits == Limits(delay_seconds=5, revisit_hours=(2.0, 4.0))
    assert old.addresses == (str(path.parent / "archive/old.warc.gz"),)
    assert (book.contact, book.budget.seconds) == ("desk@copydesk.example", 60)
    assert choose(book) == [harbour] and choose(book, ["old"]) == [old] and choose(book, (), "daily") == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('kind = "rss"', 'kind = "rrs"', ["source 'harbour'", "kind", "one of feed, rss"]),
        ("zone =", "zoen =", ["source 'harbour'", "zoen", "did you mean zone"]),
        ('"Europe/London"', '"Europe/Londn"', ["zone", "IANA"]),
        ("delay_seconds = 5", "delay_second = 5", ["limits", "did you mean delay_seconds"]),
        ("delay_seconds = 5", "delay_seconds = -1", ["delay_seconds", "a number from 0"]),
        ("delay_seconds = 5", "requests = 1.5", ["requests", "whole number"]),
        ("[2, 4]", '["2"]', ["revisit_hours", "list of hours"]),
        ('language = "en"', 'language = "English"', ["language", "two letters"]),
        ('schedule = "hourly"', 'schedule = "sometimes"', ["schedule", "hourly, daily"]),
        ('id = "harbour"', 'id = "The Harbour"', ["source 'The Harbour'", "id", "small letters"]),
        ('id = "harbour"', "", ["source 1", "has no id"]),
        ('id = "old"', 'id = "harbour"', ["two sources", "'harbour'"]),
        ('name = "Harbour Standard"', "", ["has no name"]),
        ("https://harbour.example/b.xml", "ftp://harbour.example/b.xml", ["ftp://", "http:// and https://"]),
        (
            "https://harbour.example/b.xml",
            "https://me:pw@harbour.example/",
            ["harbour.example", "user name or password"],
        ),
        ("https://harbour.example/b.xml", "feeds/b.xml", ["feeds/b.xml", "must begin with http"]),
        (
            'kind = "warc"\naddress = "archive/old.warc.gz"',
            'kind = "dump"\naddress = "https://x.example/old.jsonl"',
            ["must be a path", "download it first"],
        ),
        ('"archive/old.warc.gz"', '"ftp://x.example/old.warc"', ["ftp://", "http:// and https://"]),
        ('contact = "desk@copydesk.example"', "", ["has no contact", "add contact"]),
        ('contact = "desk@copydesk.example"', 'contact = "me"', ["contact", "e-mail or web address"]),
        ("seconds = 60", "hours = 1", ["[collect]", "hours"]),
        ("enabled = false", "enabled = 0", ["enabled", "true or false"]),
        ("[collect]", "[colect]", ["colect", "did you mean collect"]),
        ("[[source]]", "[source", ["not readable as TOML"]),
        ("[[source]]", f"x = {'[' * 5000}\n[[source]]", ["not readable as TOML"]),
        ("archive/old.warc.gz", "d/" * 3000, ["old", "address", "2,000 characters"]),
        ("https://harbour.example/b.xml", f"https://{'h' * 5000}", ["address", "2,000 characters"]),
    ],
)
def test_an_error_names_the_file_the_key_and_what_to_do(
    write: Callable[[str], Path], old: str, new: str, words: list[str]
):
    assert old in GOOD
    with pytest.raises(UsageError) as told:
        read_sources(write(GOOD.replace(old, new, 1)))
    assert "sources.toml" in str(told.value) and "pw" not in str(told.value).split()
    for word in words:
        assert word in str(told.value), str(told.value)


def test_what_is_asked_for_must_be_there(write: Callable[[str], Path]):
    book = read_sources(write(GOOD))
    with pytest.raises(UsageError, match="did you mean harbour"):
        choose(book, ["harbor"])
    with pytest.raises(UsageError, match="no schedule"):
        choose(book, (), "hourley")
    with pytest.raises(UsageError, match="no such file"):
        read_sources(Path("nowhere.toml"))


def test_the_sources_that_are_shipped_do_nothing():
    assert read_sources(SEEDS).sources == ()
    # And the examples in it are right.
    text = SEEDS.read_text("utf-8").split("[collect]", 1)[1]
    lines = [line.removeprefix("# ") for line in text.splitlines()]
    path = SEEDS.with_name("examples-of-sources.toml")
    try:
        path.write_text("[collect]\n" + "\n".join(lines), "utf-8")
        assert [s.kind for s in read_sources(path).sources] == ["feed", "sitemap", "folder"]
    finally:
        path.unlink()


# Looking -------------------------------------------------------------------------------------------------------------


def test_check_tries_each(room: Newsroom, tmp_path: Path, write: Callable[[str], Path]):  # noqa: F811
    paper = Paper(room, "paper.test")
    paper.add(1)
    Paper(room, "empty.test")
    Paper(room, "wall.test", robots="User-agent: *\nDisallow: /\n").add(2)
    text = '[collect]\ncontact = "d@c.example"\n' + "\n".join(
        [source(room, "paper.test"), source(room, "empty.test"), source(room, "wall.test"),
         source(room, "gone.test", "/nothing.xml"), source(room, "map.test", kind="sitemap").replace("map.test", "paper.test")]
    )  # fmt: skip
    text += '[[source]]\nid = "lost"\nname = "x"\nkind = "folder"\naddress = "not-there"\n'
    book = read_sources(write(text.replace('"map"', '"map"')))
    rows = {row["source"]: row for row in check_sources(book, book.sources)}
    assert (rows["paper"]["status"], rows["paper"]["kind"], rows["paper"]["entries"], rows["paper"]["newest"]) == (
        "ok",
        "rss",
        1,
        START,
    )
    assert (
        rows["empty"]["status"]
        == rows["wall"]["status"]
        == rows["gone"]["status"]
        == rows["lost"]["status"]
        == "failed"
    )
    assert (
        "robots.txt" in rows["wall"]["note"] and "404" in rows["gone"]["note"] and "not-there" in rows["lost"]["note"]
    )
    assert "sitemap" in rows["map"]["note"] or rows["map"]["status"] == "failed"


def test_add_drafts_an_entry_that_can_be_read(room: Newsroom, write: Callable[[str], Path]):  # noqa: F811
    paper = Paper(room, "paper.test", robots=None)
    paper.add(1)
    paper.robots = (
        f"User-agent: *\nDisallow: /private\nSitemap: {paper.base}/sitemap.xml\nSitemap: http://169.254.169.254/x.xml\n"
    )
    front = b'<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"><link rel="alternate" type="application/rss+xml" href="/dead.xml">'
    paper.extra["/"] = Reply(front + b"</head><body></body></html>")
    draft = draft_source(paper.base + "/", allow_private=True)
    book = read_sources(write('[collect]\ncontact = "d@c.example"\n' + draft))
    feed, sitemap = book.sources
    assert (feed.addresses, feed.name, feed.kind, feed.enabled) == (
        (f"{paper.base}/feed.xml",),
        "paper.test",
        "feed",
        True,
    )
    assert (sitemap.addresses, sitemap.kind, sitemap.enabled) == ((f"{paper.base}/sitemap.xml",), "sitemap", False)
    assert draft_source(f"{paper.base}/feed.xml", allow_private=True).count("[[source]]") == 2
    with pytest.raises(CopydeskError, match="nothing to collect"):
        draft_source(room.url("nowhere.test"), allow_private=True)
    for url in ("file:///etc/passwd", "http://u:p@paper.test/"):
        with pytest.raises(UsageError):
            draft_source(url)
    before = len(room.requests)
    with pytest.raises(CopydeskError):
        draft_source(f"http://127.0.0.1:{room.port}/")
    assert len(room.requests) == before


def test_a_dry_run_keeps_nothing_and_asks_for_no_page(room: Newsroom, gather: Callable[..., Any], tmp_path: Path):  # noqa: F811
    paper = Paper(room, "paper.test")
    for n in range(3):
        paper.add(n)
    gather(source(room, "paper.test"))
    paper.add(7)
    book = read_sources(tmp_path / "sources.toml")
    before = len(room.requests)
    rows = list(whats_new(book, book.sources, Window(), tmp_path / "w.duckdb"))
    assert [row["url"] for row in rows] == [f"{paper.base}/{paper.stories[-1].slug}"]
    assert {r.path for r in room.requests[before:]} == {"/robots.txt", "/feed.xml"}
    assert len(list(whats_new(book, book.sources, Window(), tmp_path / "none.duckdb"))) == 4
    assert gather()["loaded"] == 1


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., tuple[int, str, str]]]:
    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["copydesk", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    yield run


def test_the_commands(room: Newsroom, command: Callable[..., Any], tmp_path: Path, write: Callable[[str], Path]):  # noqa: F811
    paper = Paper(room, "paper.test")
    paper.add(1)
    path = write('[collect]\ncontact = "d@c.example"\n' + source(room, "paper.test"))
    where = ["--sources", str(path), "--warehouse", str(tmp_path / "w.duckdb")]
    status, out, _ = command("collect", *where, "--dry-run", "--json")
    assert status == 0 and [row["source"] for row in json.loads(out)] == ["paper"]
    status, out, err = command("collect", *where, "--no-track", "--json")
    assert status == 0, err
    assert json.loads(out)["sources"][0] | {"bytes": 0} == {
        "source": "paper", "requests": 2, "bytes": 0, "found": 1, "fetched": 2, "detail": None
    }  # fmt: skip
    status, out, err = command("collect", *where, "--no-track")
    assert status == 0 and out == "" and "paper: 1 requests" in err
    assert command("sources", "check", "--sources", str(path))[0] == 0
    assert command("collect", "paer", *where)[0] == 2
    paper.faults["/feed.xml"] = lambda r: Reply(b"", 404)
    status, out, err = command("sources", "check", "--sources", str(path))
    assert status == 1 and "these do not work: paper" in err and "404" in out
    status, _, err = command("collect", *where, "--since", "2026-11-02", "--until", "2026-11-01")
    assert status == 2 and "is after" in err
    status, _, err = command("collect", "--warehouse", str(tmp_path / "w.duckdb"))
    assert status == 2 and "sources add" in err
