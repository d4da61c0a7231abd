"""When a page was published and updated: its JSON-LD, its meta elements, and the dates printed around its headline."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from tasks._blocks import MOST_BLOCKS, Block, squeeze
from tasks._bylines import is_signed
from tasks._dates import read_dated_line, read_timestamp_line
from tasks._json_ld import clean_value, node_types
from tasks._text import clean_line, count_words

if TYPE_CHECKING:
    from tasks._metadata import Page

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PRINTED_DATE = re.compile(
    r"(?:(?:19|20)\d\d[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}|\d{1,2}[-/.]\s?\d{1,2}[-/.]\s?(?:19|20)?\d\d"
    r"|\d{1,2}\.?(?:st|nd|rd|th)?\s+(?:of |de |d[’']|do )?[^\W\d_]{3,12}\.?,?\s+(?:de |do |del )?(?:19|20)\d\d"
    r"|[^\W\d_]{3,12}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d)(?!\d)"
)
# What each of them has; most blocks have none.
_TWO_DIGITS = re.compile(r"\d\d")
_UPDATE_WORD = re.compile(
    r"\b(?:updated?|upd|modified|last (?:updated|modified)|aktualisiert|geändert|mis à jour|modifié|actualizad[oa]"
    r"|aggiornat[oa]|atualizad[oa]|bijgewerkt|oppdatert|uppdaterad|opdateret)\b",
    re.I,
)
_WORDED_DAY = re.compile(r"[^\W\d_]{3,12}\.? \d{1,2}, \d{4}")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LABEL = re.compile(r"[\w\s]{3,30}:?")
#: Meta names of the time of publication, the more careful first.
_PUBLISHED_NAMES = (
    "article:published_time", "article:published", "og:published_time", "parsely-pub-date", "sailthru.date",
    "datepublished", "date.issued", "dc.date.issued", "dcterms.issued", "dc.date", "dcterms.created", "dcterms.date",
    "citation_publication_date", "citation_date", "pubdate", "publishdate", "publish-date", "publish_date",
    "publication_date", "article.published", "cxenseparse:recs:publishtime", "date", "bt:pubdate", "ptime", "pdate",
    "og:article:published_time", "vr:published_time", "dc.date.created", "shareaholic:article_published_time",
)  # fmt: skip
_UPDATED_NAMES = (
    "article:modified_time", "og:updated_time", "article:modified", "datemodified", "dc.date.modified",
    "dcterms.modified", "last-modified", "revised",
)  # fmt: skip
#: Other names that say so: `w-published-date`, `published`.
_PUBLISHED_NAME = re.compile(r"(?:^|[^a-z])(?:published|publication|publish)(?:[-_:.]?(?:date|time|at|on))?$")
_OTHERS = re.compile(r"comment|related|recommend|popular|latest", re.I)
#: A block of more words than this is copy, whatever dates it holds.
_MOST_WORDS = 25
#: The same for one with a `time` element, such as the line of an article's author, time, categories and tags.
_MOST_WORDS_MARKED = 60
_MOST = 8


@dataclass(frozen=True, slots=True)
class PageDates:
    """Raw times of publication and of update, best candidates first.

    `shown`: the numbers of the blocks that print them.  `is_by_update`: the page gives only the time of an update, and
    that stands for publication too: it is the day under which the outlet shows the article.
    """

    published: list[str]
    updated: list[str]
    shown: set[int]
    is_by_update: bool = False


def find_dates(page: "Page", node: dict[str, Any], blocks: list[Block], near: range, start: int | None) -> PageDates:
    """What the data say, then `time` elements and dates printed below the headline (block `start`), then above it."""
    published = [value for _, value in stated_published(page, node)]
    updated = [value for _, value in stated_updated(page, node)]
    shown: set[int] = set()
    printed: list[tuple[str, bool]] = []
    lines: list[str] = []
    for number in _below_first(near, start):
        # Above it stand menus and other stories' lines, too.
        if start is not None and number < start and not read_timestamp_line(blocks[number].text):
            continue
        for value in _in_block(blocks, number):
            shown.add(number)
            printed.append(value)
            if value[1] and _is_line(blocks[number].text):
                lines.append(value[0])
    first = _dated([*published, *(value for value, is_update in printed if not is_update)])
    last = _dated([*updated, *(value for value, is_update in printed if is_update)])
    if first:
        # Alone it is the day on which the address was made: publishing software gives it for every page of a site.
        pages = (n for n in page.nodes if n is not node and "WebPage" in node_types(n))
        first = _dated([*first[: _MOST - 1], *(clean_value(n.get("datePublished")) for n in pages)])
        return PageDates(first, last, shown)
    if not printed and not last:
        return PageDates(_anywhere(blocks), [], shown)
    only = _dated(lines)[:1]
    return PageDates(only, last, shown, bool(only))


def stated_published(page: "Page", node: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Where a page's data may say when it was published, and what it says there, the more careful first."""
    published = clean_value(node.get("datePublished"))
    if published and _WORDED_DAY.fullmatch(published) and published == clean_value(node.get("dateModified")):
        published = None  # a site builder's template, which fills in both whenever the site is published
    return [
        ("JSON-LD", published),
        ("JSON-LD dateCreated", clean_value(node.get("dateCreated"))),
        ("meta", page.meta(*_PUBLISHED_NAMES)),
        *_marked_up(page, "datePublished"),
        ("meta of a telling name", page.meta(*(name for name in page.metas if _PUBLISHED_NAME.search(name)))),
    ]


def stated_updated(page: "Page", node: dict[str, Any]) -> list[tuple[str, str | None]]:
    """The same of its last update."""
    return [
        ("JSON-LD", clean_value(node.get("dateModified"))),
        ("meta", page.meta(*_UPDATED_NAMES)),
        *_marked_up(page, "dateModified"),
    ]


def _marked_up(page: "Page", name: str) -> Iterator[tuple[str, str | None]]:
    for element in page.properties.get(name, ())[:2]:
        stated = clean_value(element.get("content") or element.get("datetime"))
        yield "itemprop", stated or clean_line(element.text_content())


def _anywhere(blocks: list[Block]) -> list[str]:
    """The one day that blocks of the page state by themselves or beside a byline; none where they state several."""
    found: dict[str, str] = {}
    for number, block in enumerate(blocks[:MOST_BLOCKS]):
        day = _PRINTED_DATE.search(block.text) if _TWO_DIGITS.search(block.text) else None
        if day is None or count_words(block.text) > 12:
            continue
        for value, is_update in _in_block(blocks, number):
            if not is_update:
                found.setdefault(day[0], value)
        if len(found) > 1:
            return []
    return list(found.values())


def _dated(values: Iterable[str | None]) -> list[str]:
    return [v for v in dict.fromkeys(values) if v and any(c.isdigit() for c in v)][:_MOST]


def _below_first(near: range, start: int | None) -> list[int]:
    """The numbers of the blocks around the headline: those below it in order, then those above it, nearest first."""
    if start is None:
        return []
    return [*range(start + 1, near.stop), start, *reversed(range(near.start, start))]


def _in_block(blocks: list[Block], number: int) -> Iterator[tuple[str, bool]]:
    """The times that a block prints, and for each whether it is one of an update."""
    block = blocks[number]
    words = count_words(block.text)
    if words > _MOST_WORDS_MARKED or _is_others(block.element):
        return
    before = blocks[number - 1].text if number else ""
    labelled = bool(_LABEL.fullmatch(before) and _UPDATE_WORD.search(before))
    for element in islice(block.element.iter("time"), _MOST):
        if squeeze(element.text_content()) not in block.key:
            continue
        names = (element.get("class"), element.get("itemprop"), element.getparent().get("class"))
        around = " ".join([*filter(None, names), (element.getparent().text or "")[-40:], element.text_content()])
        value = clean_value(element.get("datetime")) or clean_line(element.text_content())
        if value and any(c.isdigit() for c in value) and len(value) <= 80:
            yield value, labelled or bool(_UPDATE_WORD.search(_CAMEL.sub(" ", around)))
    text = block.spaced()
    if words > _MOST_WORDS or not _TWO_DIGITS.search(text) or not _PRINTED_DATE.search(text) or _is_sentence(text):
        return
    labelled = labelled or bool(_UPDATE_WORD.match(text))
    found = read_timestamp_line(text)
    if found is None:
        if block.element.tag in _HEADINGS or text.endswith(":"):
            return
        dated = read_dated_line(text)
        found = dated[1] if dated else None
    if found is None:
        yield text, labelled or bool(_UPDATE_WORD.search(text))
        return
    if found.published:
        yield found.published, labelled
    if found.updated:
        yield found.updated, True


def _is_line(text: str) -> bool:
    """Whether a block is a line of the article's data: a time, a byline with a time, or hardly more."""
    return count_words(text) <= 6 or is_signed(text) or read_timestamp_line(text) is not None


def _is_sentence(text: str) -> bool:
    """Whether a block is prose that holds a date: `This guide was first published on 3 May 2024.`"""
    return count_words(text) > 6 and text.endswith((".", "!", "?", "…")) and not text.endswith(".m.")


def _is_others(element: Any) -> bool:
    """Whether a block stands in a caption, in the page's foot, or in what is called comments or related stories."""
    for _ in range(5):
        if element is None or element.tag in ("body", "main", "article"):
            return False
        if element.tag in ("figcaption", "figure", "nav"):
            return True
        if element.tag == "footer":
            return next(element.iterancestors("article"), None) is None
        if _names_others(f"{element.get('class') or ''} {element.get('id') or ''}"):
            return True
        element = element.getparent()
    return False


@lru_cache(maxsize=4096)  # the elements of a page share few names
def _names_others(names: str) -> bool:
    return _OTHERS.search(names) is not None
