"""Looking at sources without a warehouse: whether each works, what is new, and a draft of a new one."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from flows.collect import require
from flows.crawl import Crawl
from flows.gather import addresses
from flows.wanted import is_sitemap_wanted, is_wanted
from schemas.collected import Job, Visit
from schemas.errors import CopydeskError, UsageError
from schemas.source import LISTED_KINDS, Limits, Source, SourceBook, Window, is_url
from tasks import discover
from tasks._urls import domain_of
from tasks._web_addresses import why_unsafe_url
from tasks._web_robots import Robots, Rules, origin_of
from warehouse.collected import read_state

#: Feeds and sitemaps that a draft may name.
_MOST_DRAFTED = 5
#: Where a sitemap lies if no robots.txt says so.
_USUAL_SITEMAP = "/sitemap.xml"


def check_sources(book: SourceBook, sources: Sequence[Source]) -> Iterator[dict[str, Any]]:
    """Try each address of each source once; a row for each: what it is, how much is in it, what is wrong with it."""
    jobs = [
        _job(source, address) for source in sources if source.is_web for address in source.addresses if is_url(address)
    ]
    for visit in _crawled(book, jobs):
        yield _checked(visit)
    for source in sources:
        for address in source.addresses:
            if not is_url(address):
                problem = None
                try:
                    require([replace(source, addresses=(address,))])
                except UsageError as error:
                    problem = str(error)
                yield _row(source, address, source.kind, "ok" if problem is None else "failed", problem)


def whats_new(book: SourceBook, sources: Sequence[Source], window: Window, warehouse: Path) -> Iterator[dict[str, Any]]:
    """The pages that a run would fetch now, without re-visits: feeds and sitemaps are asked, nothing is remembered."""
    known, feeds = read_state(warehouse, [source.id for source in sources])
    seen: set[str] = set()
    yield from _named(sources, known, {url for (_, url), feed in feeds.items() if feed.fetched_at})
    waiting = [_job(source, a) for source in sources if source.kind in LISTED_KINDS for a in source.addresses]
    with Crawl(book) as crawl:
        crawl.add(waiting)
        asked = {job.url for job in waiting}
        while crawl.waiting:
            visit = crawl.next(1.0)
            if not isinstance(visit, Visit) or visit.listing is None:
                if isinstance(visit, Visit) and visit.answer.detail:
                    yield {"source": visit.job.source.id, "url": visit.job.url, "published_at": None,
                           "note": visit.answer.detail}  # fmt: skip
                continue
            source = visit.job.source
            for item in visit.listing.found:
                if item.url not in known | seen and is_wanted(item, source, window, visit.at):
                    seen.add(item.url)
                    yield {"source": source.id, "url": item.url, "published_at": item.newest, "note": None}
            more = [
                item.url
                for item in visit.listing.more
                if item.url not in asked
                and is_sitemap_wanted(item, source, window, visit.at, feeds.get((source.id, item.url)))
            ]
            asked.update(more)
            crawl.add(Job("sitemap", url, source) for url in more)


def _named(sources: Sequence[Source], known: set[str], came: set[str]) -> Iterator[dict[str, Any]]:
    """What sources name themselves, and was never fetched: pages, and web archives."""
    for source in sources:
        pages = [found.url for a in source.addresses for found in addresses(a)] if source.kind == "urls" else []
        for url in (*(u for u in pages if u not in known), *(a for a in source.archives if a not in came)):
            note = "a web archive" if url in source.archives else None
            yield {"source": source.id, "url": url, "published_at": None, "note": note}


def draft_source(url: str, allow_private: bool = False) -> str:
    """An entry for seeds/sources.toml, from what a site's page and its robots.txt name.

    Each feed and sitemap is tried before it is named.  UsageError for what is no address of a site, CopydeskError when
    nothing was found there.
    """
    url = url if "://" in url else f"https://{url}"
    if problem := why_unsafe_url(url):
        raise UsageError(f"{url}: {problem}")
    site = Source("draft", "draft", "feed", (url,), allow_private=allow_private, limits=Limits(delay_seconds=1.0))
    book = SourceBook(Path("seeds/sources.toml"))
    page: Visit | None = None
    robots: Robots | None = None
    tried: list[Visit] = []
    with Crawl(book) as crawl:
        crawl.add([Job("page", url, site)])
        while crawl.waiting:
            item = crawl.next(1.0)
            if isinstance(item, Robots):
                robots = item
            elif isinstance(item, Visit) and item.job.what == "page":
                page = item
                crawl.add(_candidates(page, robots))
            elif isinstance(item, Visit):
                tried.append(item)
    good = [visit for visit in tried if _works(visit)]
    if page is None or not good:
        why = (page and page.answer.detail) or "neither the page nor its robots.txt names a feed or sitemap that works"
        raise CopydeskError(f"{url}: nothing to collect was found. {why}")
    return "\n".join(_entries(url, good))


def _candidates(page: Visit, robots: Robots | None) -> Iterator[Job]:
    answer, source = page.answer, page.job.source
    feeds = (
        [page.job.url] if _is_feed(page) else discover.feeds_of(answer.content, answer.url) if answer.content else []
    )
    origin = origin_of(answer.url)
    maps = Rules(robots).sitemaps if robots and robots.text else []
    maps = [*discover.sitemaps_of(robots.text.encode(), origin), *maps] if robots else maps
    maps = [address for address in maps if why_unsafe_url(address) is None] or [urljoin(origin, _USUAL_SITEMAP)]
    for feed in feeds[:_MOST_DRAFTED]:
        yield Job("feed", feed, source)
    for address in list(dict.fromkeys(maps))[:_MOST_DRAFTED]:
        yield Job("sitemap", address, source)


def _is_feed(page: Visit) -> bool:
    return page.answer.outcome == "fetched" and bool(discover.read_feed(page.answer.content, page.answer.url).found)


def _works(visit: Visit) -> bool:
    return visit.listing is not None and bool(visit.listing.found or visit.listing.more)


def _entries(url: str, good: Sequence[Visit]) -> Iterator[str]:
    feeds = [visit for visit in good if visit.job.what == "feed"]
    # A feed is enough for what is new; a sitemap is for backfills, or where there is no feed.
    title = next((v.listing.title for v in feeds if v.listing and v.listing.title), None) or domain_of(url) or url
    name = re.sub(r"[^a-z0-9]+", "-", (domain_of(url) or "site").rsplit(":")[0].casefold()).strip("-")[:50] or "site"
    for what in ("feed", "sitemap"):
        found = list(dict.fromkeys(visit.job.url for visit in good if visit.job.what == what))
        if not found:
            continue
        yield "[[source]]"
        yield f"id = {_quoted(name if what == 'feed' else name + '-sitemap')}"
        yield f"name = {_quoted(title)}"
        yield f"kind = {_quoted(what)}"
        yield "address = " + (_quoted(found[0]) if len(found) == 1 else "[" + ", ".join(map(_quoted, found)) + "]")
        yield '# language = "en"'
        yield '# zone = "Europe/London"'
        yield f'schedule = "{"hourly" if what == "feed" else "daily"}"'
        if what == "sitemap" and feeds:
            yield "enabled = false  # for backfills: copydesk collect ID --since 2026-01-01"
        yield ""


def _quoted(text: str) -> str:
    """A TOML string that holds any text; JSON's escapes are TOML's too."""
    import json

    return json.dumps("".join(c for c in text if c.isprintable()), ensure_ascii=False)


def _job(source: Source, address: str) -> Job:
    return Job({"feed": "feed", "sitemap": "sitemap"}.get(source.kind, "page"), address, source)


def _crawled(book: SourceBook, jobs: Iterable[Job]) -> Iterator[Visit]:
    with Crawl(book) as crawl:
        crawl.add(jobs)
        while crawl.waiting:
            visit = crawl.next(1.0)
            if isinstance(visit, Visit):
                yield visit


def _checked(visit: Visit) -> dict[str, Any]:
    source, answer, listing = visit.job.source, visit.answer, visit.listing
    kind, problem = (listing.kind, listing.problem) if listing else (source.kind, None)
    if source.kind == "warc" and answer.reason == "too_large":  # that it is there is enough
        answer = replace(answer, outcome="fetched", detail=None)
    is_good = answer.outcome == "fetched" and (listing is None or _works(visit))
    status = "ok" if is_good and not problem else "poor" if is_good else "failed"
    if listing is not None and not is_good and not problem:
        problem = "It holds no address of an article."
    found = [*listing.found, *listing.more] if listing else []
    newest = max((item.newest for item in found if item.newest), default=None)
    return _row(source, visit.job.url, kind, status, answer.detail or problem, len(found) if listing else None, newest)


def _row(
    source: Source,
    address: str,
    kind: str,
    status: str,
    note: str | None,
    entries: int | None = None,
    newest: Any = None,
) -> dict[str, Any]:
    return {"source": source.id, "address": address, "kind": kind, "status": status, "entries": entries,
            "newest": newest, "schedule": source.schedule, "note": note}  # fmt: skip
