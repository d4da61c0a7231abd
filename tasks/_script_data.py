"""Copy that a page holds in the data of its scripts only: a browser would make of it what readers see.

Next.js, Nuxt and their like send an article as a string of HTML somewhere in that data, or as a list of blocks.
"""

import json
import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (no stubs)
from lxml import html as lxml_html

from tasks._blocks import UNSEEN, Block
from tasks._text import count_words

#: Copy of fewer words is none: descriptions and teasers, which such data are full of, have up to 60.
FEWEST_WORDS = 80
#: Most words of an article stand in paragraphs of so many or more; other lists of blocks are menus and keywords.
FEWEST_IN_PROSE = 12
#: What a page shows is an article from so many words on, in blocks of so many; with less than a few, it shows nothing.
FEWEST_SHOWN, FEWEST_IN_BLOCK, NOTHING_SHOWN = 70, 6, 20
SHORTEST_SCRIPT = 300
#: Characters that are read of all scripts together; and, several times over, where data lie in data.
MOST_READ = 4_000_000
#: Where data might begin and do not, in characters read.
COST_OF_A_TRY = 4_000
#: Strings lie in strings, and blocks in blocks.
_DEEPEST, _DEEPEST_BLOCK = 3, 6
#: A string, also one that nothing closes: looked for again at each quotation mark in it, it would take for ever.
_STRING = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)(?:"|\\?\Z)', re.S)
_PARTS = re.compile(r"<(?:/p|br)\b", re.I)
#: Other data, code or addresses, whatever tags stand in them.
_IS_DATA = re.compile(r'\s*(?:\[\s*["\[{\d]|[{;]|\(\(|\(function|/[/\w]|https?:|.{0,200}"\s?:\s?["\[{\d])', re.S)
_STOP = re.compile(r"[.!?…。！？।؟۔]['\"”’»“)\]』」]*\s*$")
_TAG = re.compile(r"<[^<>]{0,2000}>")
#: Inline elements, which make HTML of what a block says.
_MARKED_UP = re.compile(r"</(?:a|b|i|u|em|strong|span|p|h\d|sup|sub|code|li)>|<br\b|&[a-z]+;|&#\d+;", re.I)
#: What React sends: `self.__next_f.push([1,"..."])`; all of them together are rows, some of them data (`5:["$",...`),
#: some text of a length in bytes: `24:T1b7b,<p>...`.
FLIGHT = "self.__next_f.push("
_FLIGHT = re.compile(r'self\.__next_f\.push\(\[1,"([^"\\]*+(?:\\.[^"\\]*+)*+)"\]\)', re.S)
_TEXT_ROW = re.compile(r"[0-9a-f]+:T([0-9a-f]{1,6}),")
_NEXT_TEXT_ROW = re.compile(r"(?:^|\n|(?<=[\]}]))[0-9a-f]+:T([0-9a-f]{1,6}),")
_DATA = re.compile(r"(?:^|=|\n[0-9a-f]{1,5}:)\s*[{\[]")
_DECODER = json.JSONDecoder(strict=False)
#: Words of a headline; of scripts without spaces, and of Korean, every two letters.
_TELLING = re.compile(r"(?:(?![\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])\w){4,}")
_CLOSE = re.compile(r"(?=([\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2}))")
#: Names that content systems give the kind of a block, and what it says.
_KINDS = ("type", "_type", "nodeType", "__typename", "kind", "tag")
_SAYINGS = ("content", "text", "value", "html", "body", "children", "data", "paragraph", "blocks", "items")
_HEADING = re.compile(r"^(?:sub)?head(?:ing|er)|^h[2-6]$", re.I)
_INLINE = re.compile(r"^(?:text|span|(?:hyper)?link|mark|bold|italic|strong|em|a|b|i)\b", re.I)
_NO_COPY = re.compile(r"comment|image|photo|picture|caption|video|gallery|embed|promo|teaser|related|advert", re.I)


def may_hold_copy(script: str) -> bool:
    """Whether a script is long enough for copy, or a piece of what React sends."""
    return len(script) >= SHORTEST_SCRIPT or script.startswith(FLIGHT)


def words_shown(blocks: Sequence[Block]) -> int:
    """How many words of prose the page itself has to read, as far as FEWEST_SHOWN."""
    words = 0
    for block in blocks:
        if block.link_share < 0.5 and (here := count_words(block.text)) >= FEWEST_IN_BLOCK:
            words += here
            if words >= FEWEST_SHOWN:
                break
    return words


def put_copy_in(root: Any, scripts: Sequence[str], headline: str, blocks: Sequence[Block]) -> bool:
    """Append the copy in these scripts to `root`, as an element `article`; whether there was any.

    Not where the page shows an article in its `blocks`.  Of several copies, which may be other articles or the terms of
    the site, it is the longest with half the words of the `headline`; one without those counts only where the page
    shows nothing.
    """
    shown = words_shown(blocks) if scripts else FEWEST_SHOWN
    if shown >= FEWEST_SHOWN:
        return False
    told = _telling(headline)
    best, most = "", (shown >= NOTHING_SHOWN, FEWEST_WORDS - 1)
    for candidate in _candidates(scripts):
        said = _TAG.sub(" ", candidate)
        if (words := count_words(said)) >= FEWEST_WORDS:
            fits = bool(told) and 2 * len(told & _telling(said)) >= len(told)
            if (fits, words) > most:
                best, most = candidate, (fits, words)
    if not best:
        return False
    try:
        # Half a character ends a page for libxml2; two halves may have come in two scripts.
        text = best.replace("\x00", "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        parser = lxml_html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
        article = lxml_html.fragment_fromstring(text, create_parent=True, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return False
    article.tag = "article"
    etree.strip_elements(article, *UNSEEN, with_tail=False)
    root.append(article)
    return True


def _telling(text: str) -> set[str]:
    folded = text.casefold()
    return {*_TELLING.findall(folded), *_CLOSE.findall(folded)}


def _candidates(scripts: Sequence[str]) -> Iterator[str]:
    """All that may be copy, as HTML."""
    flight = "".join(_decoded(found) for text in scripts if FLIGHT in text for found in _FLIGHT.findall(text))
    left = MOST_READ
    for text in (flight, *sorted((text for text in scripts if FLIGHT not in text), key=len)):
        read, left = text[:left], left - len(text[:left])
        yield from _flight_texts(read) if text is flight else ()
        yield from _strings(read)
        yield from _lists(read)


def _decoded(quoted: str) -> str:
    try:
        return json.loads(f'"{quoted}"', strict=False)
    except ValueError:
        return ""


def _flight_texts(text: str) -> Iterator[str]:
    end = 0
    while row := _TEXT_ROW.match(text, end) or _NEXT_TEXT_ROW.search(text, end):
        size = int(row[1], 16)
        found = text[row.end() : row.end() + size].encode("utf-8", "replace")[:size].decode("utf-8", "ignore")
        end = row.end() + len(found)
        if copy := _as_copy(found):
            yield copy


def _strings(text: str, depth: int = 1) -> Iterator[str]:
    """The strings of a script that are copy; those within strings too."""
    for found in _STRING.finditer(text):
        if len(found[1]) < FEWEST_WORDS:
            continue
        said = _decoded(found[1])
        if copy := _as_copy(said):
            yield copy
        elif depth < _DEEPEST and '":' in said:
            yield from _strings(said, depth + 1)
            yield from _lists(said)


def _as_copy(text: str) -> str:
    """The string as HTML, if it is copy with more than one paragraph; else nothing."""
    if _IS_DATA.match(text):
        return ""
    if len(_PARTS.findall(text)) > 1:
        return text
    lines = [line for line in text.splitlines() if line.strip()]
    sizes = [count_words(line) for line in lines] if len(lines) > 1 else []
    prose = (size for line, size in zip(lines, sizes, strict=False) if size >= FEWEST_IN_PROSE and _STOP.search(line))
    return "".join(f"<p>{escape(line)}</p>" for line in lines) if sum(prose) > sum(sizes) / 2 else ""


def _lists(text: str) -> Iterator[str]:
    """The lists of blocks in a script that is JSON, or gives names to some (`window.__STATE__ = {...}`)."""
    stack: list[Any] = []
    end, left = 0, MOST_READ
    for start in _DATA.finditer(text):
        if start.end() > end and left > 0:
            try:
                data, end = _DECODER.raw_decode(text, start.end() - 1)
                stack.append(data)
            except json.JSONDecodeError as error:
                left -= max(COST_OF_A_TRY, error.pos - start.start())
            except (ValueError, RecursionError):  # a number of thousands of digits; lists in lists in lists
                left = 0
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
            blocks = [block for item in node if (block := _block(item))]
            sizes = [count_words(_TAG.sub(" ", block)) for block in blocks]
            if sum(size for size in sizes if size >= FEWEST_IN_PROSE) > sum(sizes) / 2:
                yield "".join(blocks)


def _block(node: Any, depth: int = 1) -> str:
    """A block of copy as HTML; nothing where it is no paragraph, subhead or list."""
    if isinstance(node, str):
        is_paragraph = len(node.split()) >= FEWEST_IN_BLOCK and not _PARTS.search(node) and not _IS_DATA.match(node)
        return f"<p>{_marked_up(node)}</p>" if is_paragraph else ""
    if not isinstance(node, dict) or any(node.get(name) for name in ("url", "href", "slug")):
        return ""
    kind = _kind(node)
    if not kind or _NO_COPY.search(kind) or depth > _DEEPEST_BLOCK:
        return ""
    held = next((node[name] for name in _SAYINGS if node.get(name)), None)
    if isinstance(held, dict):  # `{"type": "list", "data": {"items": [...]}}`
        held = next((held[name] for name in _SAYINGS if held.get(name)), None)
    if isinstance(held, list) and any(_kind(item) and not _INLINE.match(_kind(item)) for item in held):
        return "".join(_block(item, depth + 1) for item in held)
    if isinstance(held, list) and all(isinstance(item, str) for item in held):
        return "".join(f"<li>{_marked_up(item)}</li>" for item in held)
    said = _said(held)
    if not said.strip():
        return ""
    if _PARTS.search(said):
        return said
    return f"<h2>{_marked_up(said)}</h2>" if _HEADING.search(kind) else f"<p>{_marked_up(said)}</p>"


def _kind(node: Any) -> str:
    names = _KINDS if isinstance(node, dict) else ()
    return next((node[name] for name in names if isinstance(node.get(name), str)), "")


def _marked_up(text: str) -> str:
    return text if _MARKED_UP.search(text) else escape(text)


def _said(value: Any, depth: int = 1) -> str:
    """The words of a block, from its spans and links."""
    if isinstance(value, str):
        return value
    if depth > _DEEPEST_BLOCK or not isinstance(value, (list, dict)):
        return ""
    if isinstance(value, list):
        return "".join(_said(item, depth + 1) for item in value)
    return next((_said(value[name], depth + 1) for name in _SAYINGS if value.get(name)), "")
