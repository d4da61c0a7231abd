"""JSON-LD: the objects of a page's scripts, and the one that describes its article."""

import json
import re
from html import unescape
from typing import Any

from schemas.draft import Byline
from tasks._blocks import squeeze
from tasks._text import clean_line

_ARTICLE_TYPES = re.compile(r"Article|Posting|Report|^Review|LiveBlog|^Recipe$|^HowTo$")
#: Wrappers and slips that break JSON in the wild: HTML comments, CDATA, commas before a closing bracket.
_BROKEN_JSON = (
    (re.compile(r"^\s*(?:<!--|(?:/[/*]\s*)?<!\[CDATA\[(?:\s*\*/)?)"), ""),
    (re.compile(r"(?:-->|(?:/[/*]\s*)?\]\]>(?:\s*\*/)?)\s*;?\s*$"), ""),
    (re.compile(r",(\s*[}\]])"), r"\1"),
)
_MARKUP = re.compile(r"<[^<>]{1,200}>")


def clean_value(value: Any) -> str | None:
    """One line of text from a JSON or attribute value: entities and markup out, None when nothing is left."""
    if isinstance(value, (list, tuple)):
        value = next((v for v in value if isinstance(v, str)), None)
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name")
    if not isinstance(value, str):
        return None
    if "&" in value:
        value = unescape(value)
    if "<" in value:
        value = _MARKUP.sub(" ", value)
    return clean_line(value) or None


def listed(value: Any) -> list[Any]:
    """A JSON-LD value as a list: nothing, one or many."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def read_json_ld(texts: list[str]) -> list[dict[str, Any]]:
    """Every object of the JSON-LD scripts, flat, in order; what cannot be parsed even after mending is left out."""
    nodes: list[dict[str, Any]] = []
    for text in texts:
        data = _parse_json(text)
        stack = [data]
        while stack and len(nodes) < 500:
            node = stack.pop()
            if isinstance(node, list):
                stack.extend(reversed(node))
            elif isinstance(node, dict):
                nodes.append(node)
                for key in ("mainEntity", "@graph", "mainEntityOfPage"):
                    if isinstance(node.get(key), (list, dict)):
                        stack.append(node[key])
    return nodes


def _parse_json(text: str) -> Any:
    for attempt in range(2):
        try:
            return json.loads(text, strict=False)
        except (ValueError, RecursionError):
            if attempt:
                return None
            text = text.strip().lstrip("\ufeff")
            for pattern, replacement in _BROKEN_JSON:
                text = pattern.sub(replacement, text)
            text = text.strip().rstrip(";")
    return None


def node_types(node: dict[str, Any]) -> list[str]:
    """The object's `@type`s, without their vocabulary's address."""
    return [t.rsplit("/", 1)[-1] for t in listed(node.get("@type")) if isinstance(t, str)]


def article_node(nodes: list[dict[str, Any]], title: str | None) -> dict[str, Any]:
    """The object that describes this page's article: the one whose headline is the page's title, else the first."""
    articles = [n for n in nodes if any(_ARTICLE_TYPES.search(t) for t in node_types(n))]
    if title and len(articles) > 1:
        wanted = squeeze(title).casefold()
        for node in articles:
            headline = squeeze(clean_value(node.get("headline") or node.get("name")) or "").casefold()
            if headline and (headline in wanted or wanted in headline):
                return node
    dated = [n for n in articles if n.get("headline") or n.get("datePublished")]
    return (dated or articles or [{}])[0]


def json_bylines(node: dict[str, Any], nodes: list[dict[str, Any]]) -> list[Byline]:
    """The authors (else creators) of an article object, as people or organisations where it says so."""
    by_id = {n["@id"]: n for n in nodes if isinstance(n.get("@id"), str) and n.get("name")}
    bylines = []
    for author in listed(node.get("author")) or listed(node.get("creator")):
        kind = None
        if isinstance(author, dict):
            author = by_id.get(author.get("@id") or "", author) if not author.get("name") else author
            types = " ".join(node_types(author))
            kind = "organisation" if "Organization" in types else "person" if "Person" in types else None
            names = listed(author.get("name")) or _names_in_parts(author)
        else:
            names = [author]
        for name in names:
            name = clean_value(name)
            if name and not name.startswith(("http://", "https://", "@")):
                bylines.append(Byline(name, kind))
    return bylines


def _names_in_parts(person: dict[str, Any]) -> list[str]:
    parts = [clean_value(person.get(part)) for part in ("givenName", "additionalName", "familyName")]
    return [" ".join(filter(None, parts))] if parts[0] and parts[2] else []
