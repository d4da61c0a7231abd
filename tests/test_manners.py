"""robots.txt as RFC 9309 has it, turns and delays, back-off, and when a page is asked for again."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.collected import Answer, Job
from schemas.source import Budget, Limits, Source
from tasks._web_client import Held
from tasks._web_manners import LONGEST_WAIT, MOST_FAILURES, Manners, host_of, next_visit
from tasks._web_robots import MOST_BYTES, Robots, Rules, origin_of, robots_of
from tasks._web_world import World
from tests.newsroom import START, Clock

SITE = "https://news.test"
NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


def said(text: str) -> Rules:
    return Rules(Robots(SITE, 200, text, NOW))


@pytest.mark.parametrize(
    ("answer", "allows"),
    [
        (Answer(SITE, "fetched", 200, b"User-agent: *\nDisallow: /x"), False),
        (Answer(SITE, "fetched", 200, b""), True),
        (Answer(SITE, "gone", 404), True), (Answer(SITE, "gone", 410), True), (Answer(SITE, "refused", 403), True),
        (Answer(SITE, "refused", 401), True),
        (Answer(SITE, "failed", 429), False), (Answer(SITE, "failed", 500), False), (Answer(SITE, "failed", 503), False),
        (Answer(SITE, "failed", 0), False),
        (Answer(SITE, "refused", 302), True),  # more redirects than anybody follows
        (Answer(SITE, "fetched", 200, b"\xff\xfe\x00 rubbish \x80" * 50), True),
        (Answer(SITE, "fetched", 200, b"<html>not a robots.txt</html>"), True),
    ],
)  # fmt: skip
def test_what_an_answer_allows(answer: Answer, allows: bool):
    robots = robots_of(SITE, answer, NOW)
    assert Rules(robots).allows(f"{SITE}/x") is allows
    # A server that failed is asked again sooner than one that said something.
    assert robots.is_fresh(NOW + timedelta(hours=2)) is not robots.is_unreachable
    assert not robots.is_fresh(NOW + timedelta(hours=25))


def test_old_rules_count_while_the_server_fails():
    before = Robots(SITE, 200, "User-agent: *\nDisallow: /x", NOW - timedelta(days=29))
    assert robots_of(SITE, Answer(SITE, "failed", 503), NOW, before) is before
    older = Robots(SITE, 200, "User-agent: *\nDisallow: /x", NOW - timedelta(days=31))
    assert robots_of(SITE, Answer(SITE, "failed", 503), NOW, older).is_unreachable


def test_rules_for_us_wildcards_and_the_longest_match():
    rules = said(
        "User-agent: *\nDisallow: /\n\nUser-agent: Copydesk\nAllow: /news/\nDisallow: /news/*.pdf$\nDisallow: /private\n"
    )
    assert rules.allows(f"{SITE}/news/a") and rules.allows(f"{SITE}/other")
    assert not rules.allows(f"{SITE}/news/a.pdf") and not rules.allows(f"{SITE}/private/x")
    assert said("User-agent: *\nDisallow: /a\nAllow: /a/b").allows(f"{SITE}/a/b")
    assert said("User-agent: *\nCrawl-delay: 9").delay_seconds == 9
    assert said("User-agent: *\nRequest-rate: 1/20").delay_seconds == 20
    assert said("User-agent: *\nCrawl-delay: 99999").delay_seconds == 300
    assert said("User-agent: other\nDisallow: /").allows(f"{SITE}/")


def test_of_a_robots_file_that_is_too_large_the_beginning_counts():
    body = b"User-agent: *\nDisallow: /x\n" + b"#" * (5 * MOST_BYTES)
    robots = robots_of(SITE, Answer(SITE, "refused", 200, body, reason="too_large"), NOW)
    assert not Rules(robots).allows(f"{SITE}/x") and len(robots.text) <= MOST_BYTES


@given(st.text(max_size=300))
def test_any_robots_file_can_be_read(text: str):
    rules = said(text or "#")
    rules.allows(f"{SITE}/x?y=z")
    assert 0 <= rules.delay_seconds <= 300


def test_names_of_hosts():
    assert host_of("https://News.test/x") == host_of("https://news.test.:443/") == "news.test:443"
    assert host_of("http://news.test/x") == "news.test:80"
    assert host_of("http://bücher.test/x") == host_of("http://BÜCHER.test./") == host_of("http://xn--bcher-kva.test/")
    assert host_of("http://[2001:DB8::1]:8080/x") == "2001:db8::1:8080"
    assert origin_of("HTTPS://News.test/x?y") == "https://news.test"


def manners(**budget: float) -> tuple[Manners, Clock]:
    clock = Clock()
    return Manners(Budget(**budget), World(clock.now, clock.sleep, random=lambda: 1.0)), clock  # type: ignore[arg-type]


def test_one_at_a_time_and_a_delay_between():
    many, clock = manners()
    host, times, inside = many.host(SITE), [], []

    async def ask() -> None:
        async with many.turn(host, 3):
            inside.append(1)
            assert sum(inside) == 1
            times.append(clock.now())
            await clock.sleep(1)
            inside.append(-1)

    async def run() -> None:
        await asyncio.gather(*(ask() for _ in range(5)))

    asyncio.run(run())
    assert [(b - a).total_seconds() for a, b in pairwise(times)] == [4, 4, 4, 4]


def test_back_off_doubles_and_then_the_host_is_left():
    many, _ = manners(seconds=100_000)
    host = many.host(SITE)
    assert [many.note_failure(host, None) for _ in range(MOST_FAILURES)] == [2, 4, 8, None]
    assert "in a row" in (many.why_not(host) or "")
    other = many.host("https://other.test")
    assert many.note_failure(other, 45) == 45 and other.next_at == START + timedelta(seconds=45)
    many.note_success(other)
    assert many.note_failure(other, 0) == 2
    assert many.note_failure(other, LONGEST_WAIT + 1) is None and many.why_not(other)


def test_budgets_end():
    many, _ = manners(requests=3, requests_per_host=2, seconds=60)
    host = many.host(SITE)

    async def ask(url: str) -> None:
        async with many.turn(many.host(url), 1):
            pass

    asyncio.run(ask(SITE))
    asyncio.run(ask(SITE))
    assert "one host" in (many.why_not(host) or "")
    with pytest.raises(Held):
        asyncio.run(ask(SITE))
    asyncio.run(ask("https://other.test"))
    assert "3 requests" in (many.why_not(many.host("https://third.test")) or "")
    late, clock = manners(seconds=60)
    clock.move(seconds=61)
    assert "time" in (late.why_not(late.host(SITE)) or "")


def test_when_a_page_is_asked_for_again():
    source = Source("a", "A", "feed", (), limits=Limits(revisit_hours=(1, 3)))

    def hours(answer: Answer, what: str = "page", **job: object) -> float | None:
        at = next_visit(Job(what, "u", source, **job), answer, NOW, 1.0)  # type: ignore[arg-type]
        return (at - NOW).total_seconds() / 3600 if at else None

    came, failed = Answer("u", "fetched"), Answer("u", "failed")
    assert [hours(came, visits=n) for n in range(3)] == [1, 3, None]
    assert hours(Answer("u", "not_modified"), visits=1) == 3
    assert hours(came, published_at=NOW - timedelta(days=40)) is None
    assert [hours(failed, failures=n) for n in (0, 1, 5, 8, 9)] == [0.25, 0.5, 8, 24, None]
    assert hours(Answer("u", "failed", retry_after=7200)) == 2
    assert [hours(Answer("u", outcome)) for outcome in ("gone", "refused", "forbidden", "left")] == [None] * 4
    assert hours(came, "feed") is None and hours(failed, "feed", failures=9000) == 24
