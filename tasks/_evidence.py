"""The evidence for the fields of an article: what each place says, who agrees, and the rule that settled it.

For `explain` only: nothing here decides anything.  What decides names its rule itself (`Metadata.rules`).
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from schemas.article import Article
from schemas.document import Given
from schemas.draft import Byline, Draft
from schemas.evidence import Candidate, Evidence
from tasks._blocks import Block, spaced_text, squeeze
from tasks._bylines import marked_up, meta_bylines
from tasks._dates import parse_date
from tasks._json_ld import clean_value, json_bylines
from tasks._language import language_code
from tasks._metadata import OG_TITLE, Metadata, Page, addresses, described_as, languages_of, outlets, resolve, sections
from tasks._names import read_authors
from tasks._page_dates import stated_published, stated_updated
from tasks._text import clean_line, folded_words
from tasks._titles import without_outlet
from tasks._urls import canonical_url, domain_of, same_address

#: The share of articles on which a field settled by a rule is right, on public pages (tests/training/evidence.py).
_MEASURED = Path(__file__).parent.parent / "seeds" / "evidence.toml"
FIELDS = ("title", "standfirst", "authors", "published_at", "updated_at", "source", "url", "language", "section")
_FIRST_DATE = "the first of JSON-LD, meta, itemprop, print that is plausible, or one that says the same more exactly"
#: Where nothing but the order of places settles.
_ORDERS = {
    "published_at": _FIRST_DATE,
    "updated_at": _FIRST_DATE,
    "source": "as given; else the site's name in meta, in JSON-LD; else the domain",
    "url": "as given; else the canonical link, og:url, JSON-LD, where it was fetched",
    "language": "as given; else what the words tell, and where they tell little what the page says",
    "section": "JSON-LD, else meta",
}
_ORDERS_OF_COPY = {
    "published_at": "the first time printed around the body that is plausible, or one that says the same more exactly",
    "updated_at": "the first time printed as that of an update",
    "source": "as given; else as a prompt or the copyright line names it; else the domain",
    "section": "the breadcrumb above the headline",
}
#: Pieces of plain text that become fields.
_KINDS = {"title": "title", "standfirst": "standfirst", "authors": "byline"}
PRINTED = "printed"
#: More candidates than this of a field are no help.
_MOST = 8
_LONGEST = 300

Candidates = dict[str, list[Candidate]]


def page_candidates(page: Page, node: dict[str, Any], blocks: Sequence[Block], meta: Metadata) -> Candidates:
    """What a page says of each field, and where, the more trusted places first."""
    title = [("JSON-LD", clean_value(node.get("headline"))), ("og:title", page.meta(*OG_TITLE))]
    title += [("h1", clean_line(spaced_text(heading))) for heading in page.headings[:3]]
    authors = [("JSON-LD", _names(json_bylines(node, page.nodes))), ("meta", _names(meta_bylines(page)))]
    authors += [("itemprop", _names(marked_up(page)))]
    authors += [(PRINTED, blocks[number].spaced()) for number in sorted(meta.bylines_shown)]
    stated = {"published_at": stated_published(page, node), "updated_at": stated_updated(page, node)}
    printed = {"published_at": meta.published, "updated_at": meta.updated}
    dates: dict[str, dict[str, str]] = {}
    for name in stated:  # a time that is stated is not printed for that
        dates[name] = {}
        for where, when in (*stated[name], *((PRINTED, value) for value in printed[name])):
            if when:
                dates[name].setdefault(when, where)
    base = meta.url or ""
    links = [(where, link) for where, link in addresses(page, node) if isinstance(link, str)]
    return {
        "title": _listed([*title, ("title element", page.title)]),
        "standfirst": _listed([*described_as(page, node), (PRINTED, meta.standfirst)]),
        "authors": _listed([*authors, *((PRINTED, byline.text) for byline in meta.bylines)]),
        **{name: [Candidate(where, when[:_LONGEST]) for when, where in found.items()] for name, found in dates.items()},
        "source": _listed(outlets(page, node)) or _listed([("domain", domain_of(canonical_url(meta.url)))]),
        "url": _listed((where, resolve(base, link) or link) for where, link in links),
        "language": _listed(languages_of(page, node)),
        "section": _listed(sections(page, node)),
    }


def copy_candidates(draft: Draft) -> tuple[Candidates, dict[str, str], dict[str, float]]:
    """The same of plain text: the lines that became fields; and their rules, and how sure those are, by field."""
    found: Candidates = {name: [] for name in FIELDS}
    rules: dict[str, str] = {}
    sure: dict[str, float] = {}
    for name, kind in _KINDS.items():
        for piece in (piece for piece in draft.pieces if piece.kind == kind):
            found[name].append(Candidate(f"line {piece.line}", piece.text[:_LONGEST]))
            rules.setdefault(name, piece.rule)
            sure.setdefault(name, round(piece.confidence, 3))
    for name, values in (("published_at", draft.published), ("updated_at", draft.updated)):
        found[name] = _listed(("line", value) for value in values)
    found["source"] = _listed([("a prompt or the copyright line", draft.source)])
    found["section"] = _listed([("breadcrumb", draft.section)])
    return found, _ORDERS_OF_COPY | rules, sure


def given_candidates(given: Given) -> Candidates:
    """What was given with a document."""
    values = {"title": given.title, "authors": "; ".join(given.authors), "published_at": given.published_at}
    values |= {"source": given.source, "url": given.url, "language": given.language}
    return {name: _listed([("given", str(value))]) for name, value in values.items() if value}


def weigh(
    article: Article, candidates: Candidates, rules: Mapping[str, str], sure: Mapping[str, float], now: datetime
) -> list[Evidence]:
    """The evidence for each field of which anything is said; `rules`, `sure`: by field, where they are known."""
    out: list[Evidence] = []
    for name in FIELDS:
        value, said = getattr(article, name), candidates.get(name, [])
        if not value and not said:
            continue
        key = _key_of(name, article, now)
        own = _own_key(name, article, key)
        agree = [c for c in said if value and _agree(name, key(c.value), own)]
        sources = tuple(dict.fromkeys(c.source for c in agree))
        others: dict[Any, Candidate] = {}
        for candidate in said:
            if candidate not in agree:
                others.setdefault(str(key(candidate.value)), candidate)
        rule = rules.get(name) or _ORDERS.get(name, "")
        if sources[:1] == ("given",):
            rule = "given with the document"
        elif not value:
            rule = "nothing that can be read and is plausible"
        shares = measured().get(name, {})
        known = sure.get(name, shares.get(rule, shares.get(next(iter(sources), ""))))
        known = None if not value or sources[:1] == ("given",) else known
        out.append(Evidence(name, value or None, rule, sources, tuple(others.values())[:_MOST], known))
    return out


@cache
def measured() -> Mapping[str, Mapping[str, float]]:
    """By field and rule, how often what the rule settles is right, 0 to 1."""
    return tomllib.loads(_MEASURED.read_text(encoding="utf-8"))


def _listed(pairs: Iterable[tuple[str, str | None]]) -> list[Candidate]:
    return list(dict.fromkeys(Candidate(source, value[:_LONGEST]) for source, value in pairs if value))


def _names(bylines: Iterable[Byline]) -> str:
    return "; ".join(byline.text for byline in bylines)


def _key_of(name: str, article: Article, now: datetime) -> Callable[[str], Any]:
    """What of a candidate is compared with the others."""
    if name == "title":
        return lambda text: folded_words(without_outlet(text, article.source) or text)
    if name == "standfirst":
        return folded_words
    if name == "authors":
        return lambda text: frozenset(_folded(read_authors([Byline(text)], article.source)[0]))
    if name.endswith("_at"):
        return lambda text: parse_date(clean_line(text), article.language, None, now) or text
    if name == "url":
        return lambda text: canonical_url(text) or text
    return language_code if name == "language" else lambda text: squeeze(text).casefold()


def _folded(names: Iterable[str]) -> Iterable[str]:
    return (squeeze(name).casefold() for name in names)


def _own_key(name: str, article: Article, key: Callable[[str], Any]) -> Any:
    value = getattr(article, name)
    if name == "authors":
        return frozenset(_folded(value))
    if name.endswith("_at"):
        raw = article.published_raw if name == "published_at" else article.updated_raw
        return key(raw) if raw else None
    return key(value) if value else None


def _agree(name: str, one: Any, other: Any) -> bool:
    if name == "url":
        return isinstance(one, str) and isinstance(other, str) and same_address(one, other)
    if name == "authors":
        return bool(one) and one <= other
    if name.endswith("_at") and not isinstance(one, str) and not isinstance(other, str) and one and other:
        return one.on == other.on if "day" in (one.precision, other.precision) else one.at == other.at
    return one == other
