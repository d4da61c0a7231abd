"""What `seeds/publishers/` knows of the outlet of a document."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from cssselect import HTMLTranslator, SelectorError, parse
from cssselect.parser import CombinedSelector, Element
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (no stubs)

from schemas.document import Document
from schemas.errors import UsageError
from schemas.outcome import KINDS
from schemas.publisher import SELECTED, Publisher
from schemas.settings import project
from tasks._phrases import LONGEST_LINE, fold
from tasks._urls import canonical_url, domain_of
from tasks._zones import place_zone

_TEXTS, _LISTS = ("name", "zone"), ("domains", "also_known_as")
_KEYS = (*_TEXTS, *_LISTS, "valid_until", "html", "remove", "phrases")


def find_publisher(domain: str | None, source: str | None, folder: Path | None = None) -> Publisher | None:
    """The outlet whose site `domain` is (or is a subdomain of), else the one called `source`; None when unknown.

    UsageError when a file in `folder` (that of the project unless said) is no publisher.
    """
    known = load_publishers(folder or project() / "publishers")
    labels = (domain or "").casefold().split(".")
    for start in range(len(labels) - 1):
        if found := known.get(".".join(labels[start:])):
            return found
    return known.get((source or "").casefold())


def rules_for(document: Document, url: str | None, source: str | None) -> Publisher | None:
    """The outlet whose rules fit this document: by the address of its page or `url`, else by its source."""
    given = document.given
    address = given.url or (document.origin if document.origin.startswith(("http://", "https://")) else url)
    found = find_publisher(domain_of(canonical_url(address)), given.source or source)
    return found if found and found.fits(document.received_at) else None


@cache
def load_publishers(folder: Path) -> Mapping[str, Publisher]:
    """Every domain and name, casefolded, to its outlet; UsageError names the file, the line and what to do."""
    found: dict[str, Publisher] = {}
    for path in sorted(folder.glob("*.toml")):
        publisher = read_publisher(path)
        for key in dict.fromkeys(k.casefold() for k in (*publisher.domains, publisher.name, *publisher.also_known_as)):
            if (other := found.setdefault(key, publisher)) is not publisher:
                raise UsageError(f"{path}: {key!r} is in {other.key}.toml too; an outlet has one file")
    return found


class _Lines:
    """The file of an outlet, for saying in which of its lines something is wrong."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{path} cannot be read: {error}") from error

    def wrong(self, key: str, says: str, value: str = "") -> UsageError:
        """An error at the line of `key`; where it is one of several values of it, at the line of `value`."""
        found = re.search(rf"^\s*(?:\[+\s*)?[\"']?{re.escape(key)}[\"']?\s*(?:=|\])", self.text, re.M)
        at = found.start(0) + len(found[0]) - len(found[0].lstrip()) if found else 0
        line = self.text.count("\n", 0, max(at, self.text.find(value, at) if value else at)) + 1
        return UsageError(f"{self.path}, line {line}: {key} {says}")


def read_publisher(path: Path) -> Publisher:
    """The outlet of one file, read strictly."""
    lines = _Lines(path)
    try:
        values: dict[str, Any] = tomllib.loads(lines.text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not readable as TOML: {error}") from error
    if not values.get("name"):
        raise UsageError(f"{path}: name is missing; say what the outlet is called")
    for key, value in values.items():
        if key not in _KEYS:
            raise lines.wrong(key, f"is not known; a publisher has {', '.join(_KEYS)}")
        if key in _TEXTS and not isinstance(value, str):
            raise lines.wrong(key, "must be a text in quotes")
        if key in _LISTS and not _are_texts(value):
            raise lines.wrong(key, "must be a list of texts in quotes")
        if key in ("html", "remove", "phrases") and not isinstance(value, dict):
            raise lines.wrong(key, f"must be a table, [{key}]")
    for domain in values.get("domains", ()):
        if domain.casefold() != (site := domain_of(canonical_url(domain))):
            raise lines.wrong("domains", f"has {domain!r}; write the bare site: {site or 'news.example'!r}", domain)
    if values.get("zone") and place_zone(values["zone"]) is None:
        raise lines.wrong("zone", f"is {values['zone']!r}, no IANA zone such as Europe/London")
    until = values.get("valid_until")
    if until is not None and (not isinstance(until, date) or isinstance(until, datetime)):
        raise lines.wrong("valid_until", "must be a day without quotes, such as 2027-06-30")
    return Publisher(
        key=path.stem,
        name=values["name"],
        zone=values.get("zone"),
        domains=tuple(values.get("domains", ())),
        also_known_as=tuple(values.get("also_known_as", ())),
        selectors=_selectors(values.get("html", {}), lines),
        remove=_remove(values.get("remove", {}), lines),
        phrases=_phrases(values.get("phrases", {}), lines),
        valid_until=until,
    )


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, str) for v in value)


def _selectors(table: dict[str, Any], lines: _Lines) -> dict[str, str]:
    for key, value in table.items():
        if key not in SELECTED:
            raise lines.wrong(key, f"is not known; [html] has {', '.join(SELECTED)}")
        _check_selector(key, value, lines)
    return table


def _check_selector(key: str, value: Any, lines: _Lines) -> None:
    if not isinstance(value, str):
        raise lines.wrong(key, "must be a CSS selector in quotes")
    try:
        if any(_begins_anywhere(selector.parsed_tree) for selector in parse(value)):
            raise lines.wrong(
                key, f"is {value!r}; leave out the * before a space, which costs much and says little", value
            )
        compile_selector(value)(etree.Element("html"))
    except (SelectorError, etree.XPathError) as error:
        says = f"is {value!r}, no CSS selector that is known here: {error}"
        raise lines.wrong(key, says, value) from error


def _begins_anywhere(tree: Any) -> bool:
    """Whether a part of a selector is `*` and then a space: each such squares the time (100 s on 60,000 elements)."""
    while isinstance(tree, CombinedSelector):
        before = tree.selector.subselector if isinstance(tree.selector, CombinedSelector) else tree.selector
        if tree.combinator == " " and isinstance(before, Element) and before.element is None:
            return True
        tree = tree.selector
    return False


@cache
def compile_selector(selector: str) -> etree.XPath:
    """A CSS selector, ready to be asked for the elements of a tree that it names, in document order."""
    return etree.XPath(HTMLTranslator().css_to_xpath(selector))


def _remove(table: dict[str, Any], lines: _Lines) -> tuple[tuple[str, str], ...]:
    _check_kinds(table, lines)
    for kind, selectors in table.items():
        for selector in selectors:
            _check_selector(kind, selector, lines)
    return tuple((kind, selector) for kind, selectors in table.items() for selector in selectors)


def _phrases(table: dict[str, Any], lines: _Lines) -> dict[str, str]:
    _check_kinds(table, lines)
    found: dict[str, str] = {}
    for kind, phrases in table.items():
        for phrase in phrases:
            if len(phrase) > LONGEST_LINE:
                raise lines.wrong(kind, f"has a phrase of over {LONGEST_LINE} characters; no line is", phrase)
            if not (folded := fold(phrase)):
                raise lines.wrong(kind, f"has {phrase!r}, a phrase without words", phrase)
            if found.setdefault(folded, kind) != kind:
                raise lines.wrong(kind, f"has {phrase!r}, which is {found[folded]} too; a phrase is one thing", phrase)
    return found


def _check_kinds(table: dict[str, Any], lines: _Lines) -> None:
    for kind, values in table.items():
        if kind not in KINDS:
            raise lines.wrong(kind, f"is no kind of removed piece; there are {', '.join(sorted(KINDS))}")
        if not _are_texts(values):
            raise lines.wrong(kind, "must be a list of texts in quotes")
