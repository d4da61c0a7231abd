"""What is new: feeds and sitemaps into addresses of articles, and a site's page into its feeds.

Bytes in, values out: nothing is fetched here.  feedparser is given a stream, because it opens what it takes for the
name of a file or a URL; of trafilatura only the functions that look into text are used.
"""

import io
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any
from urllib.parse import urljoin, urlsplit

from courlan.filters import is_not_crawlable

from schemas.collected import Found, Listing
from tasks._urls import canonical_url, domain_of, same_site
from tasks._web_addresses import why_unsafe_url
from tasks._web_unpack import Unpackable, gunzip_if_packed

#: Entries of one feed, of one sitemap (the protocol's own limit), and sitemaps of one index.
MOST_ENTRIES = 5000
MOST_LOCATIONS = 50_000
MOST_SITEMAPS = 5000
_LONGEST_TITLE = 300
_JSON = re.compile(rb"[\s\xef\xbb\xbf]*\{")
_SITEMAP = re.compile(rb"<(?:[\w.-]+:)?(urlset|sitemapindex)\b", re.I)
_HEAD = 1 << 14
_FIRST_YEAR = 1970
#: In addresses above all; a parser would leave out what stands behind it.
_BARE_AMPERSAND = re.compile(rb"&(?!#?\w{1,20};)")
#: A sitemap has 50,000 addresses, few with ten parameters.
_MOST_AMPERSANDS = 500_000
#: What feedparser takes minutes for: tags without end, and much of what is broken, as it then looks into every `<`.
_MOST_BROKEN = 1 << 20
_ENDLESS_TAG = re.compile(rb"<{1000}|<(?!!)(?:[^<>=]*=){2000}")
_ENTRY = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry)\b", re.I)
#: The day in an address: /2026/11/25/, /2026-11-25-
_DAY_IN_URL = re.compile(r"[/-]((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=[/_.-])")


def read_feed(content: bytes, url: str) -> Listing:
    """The articles of an RSS, Atom or JSON feed, in its order; relative links are resolved against `url`."""
    if _JSON.match(content):
        return _json_feed(content, url)
    if _SITEMAP.search(content[:_HEAD]) or not content.strip():
        return Listing("nothing", problem="It is a sitemap, not a feed." if content.strip() else "It is empty.")
    if _ENDLESS_TAG.search(content):
        return Listing("nothing", problem="It has a tag with thousands of attributes.")
    import feedparser

    end = next(islice((m.start() for m in _ENTRY.finditer(content)), MOST_ENTRIES, None), None)
    if len(content) > _MOST_BROKEN and not _is_well_formed(content):
        end = min(end or _MOST_BROKEN, _MOST_BROKEN)
    try:
        parsed = feedparser.parse(
            io.BytesIO(content[:end]), response_headers={"content-location": url, "content-type": "application/xml"},
            sanitize_html=False, resolve_relative_uris=False,
        )  # fmt: skip
    except Exception as error:  # feedparser trips over some broken ones in ways of its own
        return Listing("nothing", problem=f"It could not be read as a feed ({type(error).__name__}).")
    kind = str(parsed.get("version") or "")
    entries = parsed.get("entries") or []
    if not kind and not entries:
        return Listing("nothing", problem="It is neither RSS, Atom nor a JSON feed.")
    found = _each_once(filter(None, (_feed_entry(entry, url) for entry in entries)))
    problem = None
    if end is not None:
        problem = (
            f"It has more entries than are read, or is broken: of the first {end:,} bytes {len(found):,} were taken."
        )
    elif parsed.get("bozo"):
        words = " ".join(str(parsed.get("bozo_exception")).split())[:200]
        if not words.startswith("document declared as"):  # one encoding and is in another; it was read all the same
            problem = f"It is broken XML, of which {len(found)} entries could be read ({words})."
    title = parsed.get("feed", {}).get("title")
    return Listing("atom" if kind.startswith("atom") else "rss", _title(title), tuple(found), problem=problem)


def read_sitemap(content: bytes, url: str, limit: int) -> Listing:
    """The articles of a sitemap (or a news sitemap, or one of plain text), or the sitemaps of an index.

    Of a .gz no more than `limit` bytes are unpacked.  Addresses of other sites are left out, as the protocol says.
    """
    try:
        content = gunzip_if_packed(content, limit)
    except Unpackable as error:
        return Listing("nothing", problem=str(error))
    if not _SITEMAP.search(content[:_HEAD]):
        return _other_sitemap(content, url)
    from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (no stubs)

    is_index = is_news = False
    rows: list[dict[str, str]] = []
    problem = None
    # The parser's own switches: no entity is resolved, no DTD is loaded, nothing is fetched, no deep or huge trees.
    reading = etree.iterparse(
        io.BytesIO(_with_ampersands(content)), events=("end",), resolve_entities=False, load_dtd=False,
        no_network=True, recover=True, huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        for _, element in reading:
            name = _local(element.tag)
            if name not in ("url", "sitemap"):
                continue
            is_index = is_index or name == "sitemap"
            row = _row_of(element)
            is_news = is_news or "publication_date" in row
            if len(rows) >= MOST_LOCATIONS:
                problem = f"It has more than the {MOST_LOCATIONS} addresses that a sitemap may have."
                break
            rows.append(row)
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        problem = f"It is broken XML, of which {len(rows)} entries could be read ({str(error)[:200]})."
    if problem is None and (errors := [e for e in reading.error_log if e.level >= etree.ErrorLevels.ERROR]):
        problem = f"It is broken XML, of which {len(rows)} entries could be read ({errors[0].message[:200]})."
    found = [_location(row, url) for row in rows]
    if is_index:
        more = [_sitemap_of(row, url) for row in rows[:MOST_SITEMAPS]]
        return Listing("sitemap index", more=tuple(_each_once(filter(None, more))), problem=problem)
    kind = "news sitemap" if is_news else "sitemap"
    return Listing(kind, found=tuple(_each_once(filter(None, found))), problem=problem)


def read_addresses(content: bytes) -> Listing:
    """The addresses of a file with one a line; `#` begins a comment."""
    found: list[Found] = []
    for line in content.decode("utf-8-sig", "replace").splitlines()[:MOST_LOCATIONS]:
        words = line.split("#", 1)[0].split() if not re.match(r"\s*https?://", line) else line.split()
        if words and (url := clean_address(words[0])):
            found.append(Found(url, day_in(url)))
    return Listing("text", found=tuple(_each_once(found)))


def feeds_of(page: bytes, url: str) -> list[str]:
    """The feeds that a site's page names."""
    from trafilatura.feeds import FeedParameters, determine_feed

    base = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    found = determine_feed(page.decode("utf-8", "replace"), FeedParameters(base, domain_of(url) or "", url))
    return [address for address in found if why_unsafe_url(address) is None]


def sitemaps_of(robots: bytes, url: str) -> list[str]:
    """The sitemaps that a robots.txt names."""
    from trafilatura.sitemaps import extract_robots_sitemaps

    found = extract_robots_sitemaps(robots.decode("utf-8", "replace")[:10_000], url)
    return [address for address in found if why_unsafe_url(address) is None]


def clean_address(link: str | None, base: str = "") -> str | None:
    """An article's address as it is asked for and remembered: absolute, canonical, nothing that cannot be one."""
    text = (link or "").strip()
    if not text or len(text) > 2000:
        return None
    try:
        url = canonical_url(urljoin(base, text) if base else text)
    except ValueError:
        return None
    if not url or why_unsafe_url(url) or is_not_crawlable(url):
        return None
    return url


def day_in(url: str) -> datetime | None:
    """The day that an address names, at midnight UTC."""
    if not (found := _DAY_IN_URL.search(urlsplit(url).path + "/")):
        return None
    try:
        return datetime(*map(int, found.groups()), tzinfo=UTC)  # type: ignore[misc]
    except ValueError:
        return None


# Feeds ---------------------------------------------------------------------------------------------------------------


def _feed_entry(entry: Any, url: str) -> Found | None:
    links = [link.get("href") for link in entry.get("links") or [] if link.get("rel") in (None, "alternate")]
    ident = entry.get("id") if entry.get("guidislink", True) else None
    for link in (*links, entry.get("link"), ident if str(ident).startswith(("http://", "https://")) else None):
        if isinstance(link, str) and (address := clean_address(link, url)):
            published, modified = _time(entry, "published"), _time(entry, "updated")
            return Found(address, published or day_in(address), modified, _title(entry.get("title")))
    return None


def _time(entry: Any, name: str) -> datetime | None:
    # Not .get("updated_parsed"): feedparser answers with the time of publication, and warns.
    if f"{name}_parsed" not in entry.keys() or not (parts := entry[f"{name}_parsed"]):  # noqa: SIM118
        return None
    try:
        return _plausible(datetime(*parts[:6], tzinfo=UTC))
    except (ValueError, TypeError):
        return None


def _plausible(at: datetime) -> datetime | None:
    """Seconds since 1970 are read as the year 1763."""
    return at if at.year >= _FIRST_YEAR else None


def _json_feed(content: bytes, url: str) -> Listing:
    import orjson

    try:
        feed = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        return Listing("nothing", problem=f"It is broken JSON ({str(error)[:100]}).")
    items = feed.get("items")
    if "jsonfeed.org" not in str(feed.get("version", "")) or not isinstance(items, list):
        return Listing("nothing", problem="It is JSON, but not a JSON feed.")
    found = []
    for item in items[:MOST_ENTRIES]:
        if not isinstance(item, dict):
            continue
        for key in ("url", "external_url", "id"):
            link = item.get(key)
            if (
                isinstance(link, str)
                and (key != "id" or link.startswith("http"))
                and (address := clean_address(link, url))
            ):
                when = _iso(item.get("date_published")), _iso(item.get("date_modified"))
                found.append(Found(address, when[0] or day_in(address), when[1], _title(item.get("title"))))
                break
    return Listing("jsonfeed", _title(feed.get("title")), tuple(_each_once(found)))


# Sitemaps ------------------------------------------------------------------------------------------------------------


def _row_of(element: Any) -> dict[str, str]:
    """What an entry says of itself: its own children, and what a news sitemap has inside of one."""
    row: dict[str, str] = {}
    for child in element:
        name = _local(child.tag)
        if name in ("loc", "lastmod"):
            row.setdefault(name, (child.text or "").strip())
        elif name == "news":
            row |= {_local(e.tag): (e.text or "").strip() for e in child}
    return row


def _location(row: dict[str, str], url: str) -> Found | None:
    address = clean_address(row.get("loc"), url)
    if address is None or not same_site(address, url):
        return None
    published = _iso(row.get("publication_date")) or day_in(address)
    return Found(address, published, _iso(row.get("lastmod")), _title(row.get("title")))


def _sitemap_of(row: dict[str, str], url: str) -> Found | None:
    try:
        address = urljoin(url, row.get("loc", ""))
    except ValueError:
        return None
    if not row.get("loc") or why_unsafe_url(address) or not same_site(address, url):
        return None
    return Found(address, modified_at=_iso(row.get("lastmod")))


def _other_sitemap(content: bytes, url: str) -> Listing:
    """One of plain text: an address a line.  (trafilatura's reader loses addresses of such a file.)"""
    if b"<" in content[:_HEAD]:
        return Listing("nothing", problem="It is no sitemap.")
    found = tuple(item for item in read_addresses(content).found if same_site(item.url, url))
    return Listing("text", found=found, problem=None if found else "It is no sitemap.")


def _is_well_formed(content: bytes) -> bool:
    from xml.parsers import expat

    try:
        expat.ParserCreate().Parse(content, True)
    except expat.ExpatError:
        return False
    return True


def _with_ampersands(content: bytes) -> bytes:
    """With `&amp;` for a bare `&`; not of sixteen million of them, for each of which a piece would stand in memory."""
    return _BARE_AMPERSAND.sub(b"&amp;", content) if content.count(b"&") <= _MOST_AMPERSANDS else content


def _local(tag: Any) -> str:
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


# Both ----------------------------------------------------------------------------------------------------------------


def _iso(value: Any) -> datetime | None:
    """A W3C date or time in UTC; feeds and sitemaps name the zone, or mean UTC."""
    text = value.strip().replace(" ", "T", 1) if isinstance(value, str) else ""
    if not text or len(text) > 40:
        return None
    try:
        if re.fullmatch(r"\d{4}-\d{2}", text):
            text += "-01"
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, tzinfo=UTC)
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _title(text: Any) -> str | None:
    words = " ".join(re.sub(r"<[^>]*>", " ", text).split()) if isinstance(text, str) else ""
    return words[:_LONGEST_TITLE] or None


def _each_once(found: Iterable[Found | None]) -> list[Found]:
    seen: dict[str, Found] = {}
    for item in found:
        if item is not None:
            seen.setdefault(item.url, item)
    return list(seen.values())
