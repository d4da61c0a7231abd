"""Copy that a page holds in the data of its scripts only: a browser would make of it what readers see.

Next.js, Nuxt and their like send an article as a string of HTML somewhere in that data, or as a list of blocks.
"""

import json
import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import islice
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (no stubs)
from lxml import html as lxml_html

from tasks._blocks import UNSEEN, Block
from tasks._text import count_words

#: Copy of fewer words is none: descriptions and teasers, which such data are full of, have up to 60.
FEWEST_WORDS = 80
#: Most words of an article stand in paragraphs of so many or more; other lists of blocks are menus and keywords.
FEWEST_IN_PROSE = 12
#: Characters without space: of a paragraph, and of an article.
SHORTEST_PROSE, SHORTEST_COPY = 60, 400
#: Characters that are read of all scripts together.
MOST_READ = 4_000_000
#: Strings lie in strings, where data are text in other data.
_DEEPEST = 3
_STRING = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"', re.S)
#: A block of copy in HTML: the string begins with a tag, and paragraphs or line breaks part it.
_IS_HTML = re.compile(r"\s*<(?:p|div|article|section|figure|h[1-6]|strong|em|b|i|a|img|blockquote|ul)\b", re.I)
_PARTS = re.compile(r"<(?:/p|br)\b", re.I)
_STOP = re.compile(r"[.!?…。！？।؟۔]['\"”’»“)\]』」]*\s*$")
_TAG = re.compile(r"<[^<>]{0,2000}>")
#: What React sends: `self.__next_f.push([1,"..."])`; all of them together are rows, some of them text of a length in
#: bytes: `24:T1b7b,<p>...`.
_FLIGHT = re.compile(r'self\.__next_f\.push\(\[1,("[^"\\]*+(?:\\.[^"\\]*+)*+")\]\)', re.S)
_FLIGHT_TEXT = re.compile(r"(?:^|\n|(?<=\]|\}|>))[0-9a-f]+:T([0-9a-f]{1,6}),")
_DATA = re.compile(r"(?:^|=)\s*[{\[]")
_DECODER = json.JSONDecoder(strict=False)
#: So many places in a script are tried for data, at most.
MOST_TRIED = 20
_TELLING = re.compile(r"\w{4,}")
#: Names that content systems give the kind of a block, and what it says.
_KINDS = ("type", "_type", "nodeType", "__typename", "kind", "tag")
_SAYINGS = ("content", "text", "value", "html", "body", "children", "data", "paragraph")
_HEADING = re.compile(r"^(?:sub)?head(?:ing|er)|^h[2-6]$", re.I)


def shows_copy(blocks: Sequence[Block]) -> bool:
    """Whether the page itself has anything like an article to read."""
    return sum(len(b.key) for b in blocks if b.link_share < 0.5 and len(b.key) >= SHORTEST_PROSE) >= SHORTEST_COPY


def put_copy_in(root: Any, scripts: Sequence[str], headline: str) -> bool:
    """Append the copy in these scripts to `root`, as an element `article`; whether there was any.

    Of several, which may be other articles or the terms of the site, it is the longest with half the words of the
    `headline`, or else the longest.
    """
    told = set(_TELLING.findall(headline.casefold()))
    best, most = "", (False, FEWEST_WORDS - 1)
    flight = "".join(_decoded(found) for text in scripts for found in _FLIGHT.findall(text[:MOST_READ]))
    left = MOST_READ
    for text in (flight, *scripts):
        read, left = text[:left], left - len(text[:left])
        for candidate in (*_flight_texts(read), *_strings(read), *_lists(read)):
            said = _TAG.sub(" ", candidate)
            if (words := count_words(said)) < FEWEST_WORDS:
                continue
            has = told.intersection(_TELLING.findall(said.casefold()))
            if (fits := (bool(told) and 2 * len(has) >= len(told), words)) > most:
                best, most = candidate, fits
    if not best:
        return False
    try:
        article = lxml_html.fragment_fromstring(best.replace("\x00", ""), create_parent="article")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return False
    etree.strip_elements(article, *UNSEEN, with_tail=False)
    root.append(article)
    return True


def _decoded(quoted: str) -> str:
    try:
        return json.loads(quoted, strict=False)
    except ValueError:
        return ""


def _flight_texts(text: str) -> Iterator[str]:
    end = 0
    while row := _FLIGHT_TEXT.search(text, end):
        size = int(row[1], 16)
        found = text[row.end() : row.end() + size].encode("utf-8", "replace")[:size].decode("utf-8", "ignore")
        end = row.end() + len(found)
        if copy := _as_copy(found):
            yield copy


def _strings(text: str, depth: int = 1) -> Iterator[str]:
    """The strings of a script that are copy; those within strings too."""
    for found in _STRING.finditer(text):
        if len(found[1]) < 4 * FEWEST_WORDS:
            continue
        said = _decoded(found[0])
        if copy := _as_copy(said):
            yield copy
        elif depth < _DEEPEST and '":' in said:
            yield from _strings(said, depth + 1)


def _as_copy(text: str) -> str:
    """The string as HTML, if it is copy with more than one paragraph; else nothing."""
    if _IS_HTML.match(text):
        return text if len(_PARTS.findall(text)) > 1 else ""
    lines = [line for line in text.splitlines() if line.strip()]
    sizes = [count_words(line) for line in lines] if len(lines) > 1 else []
    prose = (size for line, size in zip(lines, sizes, strict=False) if size >= FEWEST_IN_PROSE and _STOP.search(line))
    return "".join(f"<p>{escape(line)}</p>" for line in lines) if sum(prose) > sum(sizes) / 2 else ""


def _lists(text: str) -> Iterator[str]:
    """The lists of blocks in a script that is JSON, or gives names to some (`window.__STATE__ = {...}`)."""
    stack, end = [], 0
    for start in islice(_DATA.finditer(text), MOST_TRIED):
        if start.end() > end:
            try:
                data, end = _DECODER.raw_decode(text, start.end() - 1)
            except (ValueError, RecursionError):
                continue
            stack.append(data)
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
            blocks = [block for item in node if isinstance(item, dict) and (block := _block(item))]
            sizes = [count_words(_TAG.sub(" ", block)) for block in blocks]
            if sum(size for size in sizes if size >= FEWEST_IN_PROSE) > sum(sizes) / 2:
                yield "".join(blocks)


def _block(node: dict[str, Any]) -> str:
    """A block of copy as HTML; nothing where it is no paragraph, subhead or list."""
    kind = next((node[name] for name in _KINDS if isinstance(node.get(name), str)), "")
    said = next((_said(node[name]) for name in _SAYINGS if name in node), "")
    if not kind or not said.strip() or any(name in node for name in ("url", "href", "slug")):
        return ""
    if _IS_HTML.match(said):
        return said
    return f"<h2>{said}</h2>" if _HEADING.search(kind) else f"<p>{said}</p>"


def _said(value: Any, depth: int = 0) -> str:
    if isinstance(value, str):
        return value
    if depth > _DEEPEST or not isinstance(value, (list, dict)):
        return ""
    if isinstance(value, list):
        return "".join(_said(item, depth + 1) for item in value)
    return next((_said(value[name], depth + 1) for name in _SAYINGS if name in value), "")
