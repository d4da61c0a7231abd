"""What a page says of itself: JSON-LD, OpenGraph, meta and time elements, and the words around its headline.

Everything is handed on raw, best candidate first; dates and names are read by `normalise`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import unescape
from itertools import islice
from typing import Any
from urllib.parse import urljoin

from schemas.draft import Byline
from tasks._blocks import Block, spaced_text, squeeze
from tasks._bylines import find_bylines
from tasks._json_ld import article_node, clean_value, listed, node_types, read_json_ld
from tasks._page_dates import find_dates
from tasks._script_data import may_hold_copy
from tasks._text import clean_line, count_words, folded_words
from tasks._titles import choose_title
from tasks._urls import canonical_url, domain_of

_STANDFIRST_NAME = re.compile(
    r"(?<![a-z])(?:stand-?first|deck?|sub-?title|sub-?head(?:line|ing)?|strap-?line|chapo|chapeau|teaser-text"
    r"|summary|excerpt|intro(?:duction|text)?"
    r"|lead(?:text|-text|paragraph)?|lede|vorspann|ingress|bajada|entradilla|sottotitolo|description"
    r"|abstract)(?![a-z])",
    re.I,
)
#: Meta names of the title, the more careful first.
OG_TITLE = ("og:title", "twitter:title", "dc.title", "sailthru.title", "parsely-title", "citation_title")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
#: Blocks around the h1 in which a byline, a date or a standfirst is looked for.
_BEFORE, _AFTER = 8, 22


@dataclass(slots=True)
class Metadata:
    """Raw fields; `published` and `updated` are candidates, best first.

    `headings`: texts that stand for the title on this page (`h1`, headline, og:title), for taking repeats out of the
    body.  `bylines_shown`, `dates_shown`: numbers of the blocks that print them.  `is_free`: what the page
    says of its article; `is_partly_paid`: of itself, or of a part.  `stated_words`: how many words the article has by
    its JSON-LD.  `article_body`: JSON-LD's, when there is one.  `is_amp`: it says that it is an AMP page.
    `flags`: what a reader of the record is told of it (schemas/outcome.py).  `rules`: for title, authors and standfirst
    what chose among the candidates; these are in `page`, and in `node`, the JSON-LD object of the article.
    """

    title: str | None = None
    standfirst: str | None = None
    bylines: list[Byline] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    source: str | None = None
    url: str | None = None
    language: str | None = None
    section: str | None = None
    tags: list[str] = field(default_factory=list)
    page_type: str | None = None
    is_free: bool | None = None
    is_partly_paid: bool = False
    stated_words: int | None = None
    is_amp: bool = False
    article_body: str | None = None
    headings: list[str] = field(default_factory=list)
    bylines_shown: set[int] = field(default_factory=set)
    dates_shown: set[int] = field(default_factory=set)
    rules: dict[str, str] = field(default_factory=dict)
    page: "Page | None" = None
    node: dict[str, Any] = field(default_factory=dict)


# --- the page


class Page:
    """The elements of a page that carry metadata, gathered in one pass over its tree (before anything is taken out)."""

    def __init__(self, tree: Any) -> None:
        self.metas: dict[str, list[str]] = {}
        self.canonical: str | None = None
        self.headings: list[Any] = []
        self.times: list[Any] = []
        self.noscripts: list[Any] = []
        #: What its scripts say that may hold copy.
        self.data: list[str] = []
        #: Whether it says that it is an AMP page.
        self.is_amp = tree.get("amp") is not None or tree.get("⚡") is not None
        self.title: str | None = None
        self.language = (
            tree.get("lang") or tree.get("xml:lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")
        )
        scripts: list[str] = []
        for element in tree.iter("meta", "link", "title", "h1", "time", "script", "noscript"):
            tag = element.tag
            if tag == "meta":
                content = element.get("content")
                if content and content.strip():
                    for name in ("property", "name", "itemprop", "http-equiv"):
                        key = element.get(name)
                        if key:
                            self.metas.setdefault(key.strip().lower(), []).append(content)
            elif tag == "link":
                if "canonical" in (element.get("rel") or "").lower().split() and not self.canonical:
                    self.canonical = element.get("href")
            elif tag == "title":
                if self.title is None and element.getparent() is not None and element.getparent().tag != "svg":
                    self.title = clean_line(element.text_content()) or None
            elif tag == "h1":
                self.headings.append(element)
            elif tag == "time":
                self.times.append(element)
            elif tag == "noscript":
                self.noscripts.append(element)
            elif "ld+json" in (element.get("type") or "").lower() and element.text:
                scripts.append(element.text)
            elif (text := element.text) and may_hold_copy(text):
                self.data.append(text)
        self.nodes = read_json_ld(scripts)
        self.properties: dict[str, list[Any]] = {}
        for element in tree.iterfind(".//*[@itemprop]"):
            for name in element.get("itemprop").split():
                self.properties.setdefault(name, []).append(element)

    def meta(self, *names: str) -> str | None:
        """The first of these meta values that is there."""
        for name in names:
            for value in self.metas.get(name, ()):
                value = clean_value(value)
                if value:
                    return value
        return None


def read_metadata(page: Page, blocks: list[Block], url: str | None) -> Metadata:
    """The page's fields.  `url`: where it was fetched, for resolving a relative canonical link."""
    found = Metadata()
    og_title = page.meta(*OG_TITLE)
    node = article_node(page.nodes, og_title or page.title)
    found.page, found.node = page, node
    found.source = _first(outlets(page, node))
    headings = [(h, text) for h in page.headings if (text := clean_line(unescape(spaced_text(h))))]
    found.title, heading, found.rules["title"] = choose_title(node, headings, og_title, page.title, found.source)
    found.headings = [
        t for t in (found.title, clean_value(node.get("headline")), og_title, *(t for _, t in headings[:3])) if t
    ]

    found.url = next((u for _, c in addresses(page, node) if (u := resolve(url, c))), url)
    start = _heading_block(blocks, heading, found.title)
    if start is None and page.headings:
        start = _heading_block(blocks, page.headings[0], None)
    near = range(max(0, start - _BEFORE), min(len(blocks), start + _AFTER)) if start is not None else range(0)
    found.bylines, found.bylines_shown, found.rules["authors"] = find_bylines(
        page, node, blocks, near, start, found.source or domain_of(canonical_url(found.url))
    )
    dates = find_dates(page, node, blocks, near, start)
    found.published, found.updated, found.dates_shown = dates.published, dates.updated, dates.shown
    found.flags.update(["dated_by_update"] if dates.is_by_update else [])
    found.standfirst, found.rules["standfirst"] = _standfirst(page, node, blocks, near, start, found)

    found.section = _first(sections(page, node))
    found.tags = _tags(page, node)
    found.language = _first(languages_of(page, node))
    kind = (
        page.meta("og:type")
        or next(iter(node_types(node)), None)
        or next((t for n in page.nodes for t in node_types(n)), None)
    )
    found.page_type = kind.lower() if kind else None
    found.is_free = _is_free(page, node)
    parts = (node, *page.nodes, *listed(node.get("hasPart")))
    found.is_partly_paid = any(is_false(p.get("isAccessibleForFree")) for p in parts if isinstance(p, dict))
    words = clean_value(str(node.get("wordCount") or ""))
    found.stated_words = int(words) if words and words.isdecimal() and len(words) < 7 else None
    found.is_amp = page.is_amp
    body = node.get("articleBody")
    found.article_body = body if isinstance(body, str) and body.strip() else None
    return found


def is_false(value: Any) -> bool:
    """Whether a JSON-LD or attribute value says no: `False`, `"no"`, `http://schema.org/False`."""
    value = value[0] if isinstance(value, list) and value else value
    return str(value).strip().rstrip("/").rpartition("/")[2].lower() in ("false", "no", "0")


def _is_free(page: Page, node: dict[str, Any]) -> bool | None:
    """What the page says of its article: in JSON-LD, in microdata, as the tier that Facebook knows."""
    free = node.get("isAccessibleForFree")
    if free is None:
        free = next((e.get("content") or e.get("href") for e in page.properties.get("isAccessibleForFree", ())), None)
    if free is not None:
        return not is_false(free)
    tier = page.meta("article:content_tier")
    return tier.lower() != "locked" if tier else None


def addresses(page: Page, node: dict[str, Any]) -> list[tuple[str, Any]]:
    """Where a page may say its canonical address, and what it says, which may be relative."""
    main_page = node.get("mainEntityOfPage")
    return [
        ("canonical link", page.canonical),
        ("og:url", page.meta("og:url")),
        ("JSON-LD", node.get("url")),
        ("JSON-LD", main_page.get("@id") if isinstance(main_page, dict) else main_page),
    ]


def outlets(page: Page, node: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Where a page may name its outlet, and what it says."""
    publisher = next((p for p in listed(node.get("publisher")) if isinstance(p, (dict, str))), None)
    names = ("og:site_name", "application-name", "article:publisher_name", "dc.publisher", "citation_journal_title")
    return [("meta", page.meta(*names)), ("JSON-LD", clean_value(publisher))]


def sections(page: Page, node: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Where a page may say its section, and what it says."""
    section = listed(node.get("articleSection"))
    names = ("article:section", "parsely-section", "og:section", "sailthru.section", "section")
    return [("JSON-LD", clean_value(section[0] if section else None)), ("meta", page.meta(*names))]


def languages_of(page: Page, node: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Where a page may say its language, and what it says."""
    meta = page.meta("og:locale", "content-language", "dc.language")
    return [("html element", page.language), ("JSON-LD", clean_value(node.get("inLanguage"))), ("meta", meta)]


def _first(candidates: Iterable[tuple[str, Any]]) -> Any:
    return next((value for _, value in candidates if value), None)


def resolve(base: str | None, link: Any) -> str | None:
    if not isinstance(link, str) or not link.strip():
        return None
    try:
        whole = urljoin(base or "", link.strip())
    except ValueError:
        return None
    return whole if whole.startswith(("http://", "https://")) else None


# --- where the headline stands


def _heading_block(blocks: list[Block], heading: Any, title: str | None) -> int | None:
    """The block of the h1, else the one that prints the title's words, rather one that is a heading."""
    if heading is not None:
        for number, block in enumerate(blocks):
            if block.element is heading or heading in islice(block.element.iterancestors(), 4):
                return number
    words = folded_words(title or "")
    letters = sum(map(len, words))
    same = [
        n
        for n, b in enumerate(blocks)
        if letters and letters <= len(b.key) <= letters + 30 and folded_words(b.text) == words
    ]
    return next((n for n in same if blocks[n].element.tag in ("h1", "h2", "h3", "h4")), same[0] if same else None)


# --- standfirst and tags


def _standfirst(
    page: Page, node: dict[str, Any], blocks: list[Block], near: range, start: int | None, found: Metadata
) -> tuple[str | None, str]:
    """The description that the page prints near its h1; else a block there that is named so; else the description.

    And the name of the rule that chose it.
    """
    described = [d for _, d in described_as(page, node)]
    described = [
        d for d in described if d and count_words(d) >= 4 and not any(squeeze(d) == squeeze(h) for h in found.headings)
    ]
    printed = {blocks[n].key: blocks[n].text for n in near if n != start}
    for words in described:
        if squeeze(words) in printed:
            return printed[squeeze(words)], "a description that is printed near the headline"
    for number in near:
        block = blocks[number]
        if start is None or number <= start or not 5 <= count_words(block.text) <= 90 or block.link_share > 0.5:
            continue
        for element in (block.element, *list(block.element.iterancestors())[:1]):
            names = _CAMEL.sub("-", f"{element.get('class') or ''} {element.get('itemprop') or ''}")
            if (
                _STANDFIRST_NAME.search(names)
                and "article" not in names.lower().replace("article-", "").replace("article_", "")[:7]
            ):
                return block.text, "printed near the headline in an element of that name"
    return next((d for d in described if not d.endswith(("...", "…", "[…]"))), None), "a whole description"


def described_as(page: Page, node: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Where a page's data may describe its article, and what they say."""
    return [
        ("JSON-LD", clean_value(node.get("description"))),
        ("og:description", page.meta("og:description")),
        ("meta", page.meta("description", "twitter:description", "dc.description")),
    ]


def _tags(page: Page, node: dict[str, Any]) -> list[str]:
    raw = [clean_value(k) for k in listed(node.get("keywords"))]
    if len(raw) == 1 and raw[0]:
        raw = raw[0].split(";" if ";" in raw[0] else ",")
    raw = raw or page.metas.get("article:tag", [])
    if not any(raw):
        words = page.meta("news_keywords", "parsely-tags", "keywords", "sailthru.tags", "citation_keywords")
        raw = words.split(";" if ";" in words else ",") if words else []
    return [t for t in dict.fromkeys(clean_line(unescape(t)) for t in raw if t) if t and len(t) <= 80][:40]
