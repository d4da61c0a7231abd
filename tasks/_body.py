"""A body as paragraphs, and where each that trafilatura found stands among the page's blocks."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tasks._blocks import Block
from tasks._text import count_words

#: A paragraph at least this long (characters without space) is told by its text alone wherever it stands.
_TELLING = 30
#: How far (blocks) after the last placed paragraph an unplaced one is looked for.
_REACH = 80
#: Block comparisons that placing may cost beyond the neighbourhood, so that it never becomes quadratic.
_BUDGET = 200_000
#: Characters (without space) from which a block with a full stop is running text: some 15 words.
_RUNNING = 70
_PROMPTS = frozenset(("subscribe_prompt", "login_prompt", "notification_prompt", "comment_widget", "comment"))
_INLINE = frozenset(("hi", "ref", "del", "span", "a", "sub", "sup"))
#: Of so many words an article is one, whatever readers wrote below it.
_ANSWERED_FROM = 40
STOPS = tuple(".!?…:;\"'”’»。！？)")


@dataclass(slots=True)
class Paragraph:
    """One paragraph of the body.

    `tag`: trafilatura's (`p`, `head`, `item`, `row`, `quote`, ...).  `key`: the text without white space.  `blocks`:
    numbers of the page's blocks that it was made of; empty when it could not be placed.  `rule`: what found it, and
    `confidence` how sure that is, 0 to 1.
    """

    text: str
    tag: str
    key: str
    blocks: list[int] = field(default_factory=list)
    rule: str = "trafilatura"
    confidence: float = 1.0
    words: int = field(init=False)

    def __post_init__(self) -> None:
        self.words = count_words(self.text)


def list_paragraphs(body: Any) -> list[Paragraph]:
    """The paragraphs of a trafilatura body: list items and table rows are one each, line breaks after a stop divide."""
    out: list[Paragraph] = []
    parts: list[str] = []

    def flush(tag: str) -> None:
        text = " ".join("".join(parts).split())
        parts.clear()
        text = text.strip("| ") if tag == "row" else text
        if text:
            out.append(Paragraph(text, tag, "".join(text.split())))

    def enter(element: Any, kind: str) -> str:
        tag = element.tag
        if tag in _INLINE or (tag == "code" and kind == "p"):
            return kind
        if tag == "lb":
            line = "".join(parts).rstrip()
            if line.endswith(STOPS) or not line or _previous_is_break(element):
                flush(kind)
            else:
                parts.append(" ")
            return kind
        if tag == "cell":
            if parts and element.getprevious() is not None:
                parts.append(" | ")
            return "row"
        if kind == "row" and tag != "row":
            parts.append(" ")
            return kind
        flush(kind)
        return tag if tag in ("head", "item", "row", "quote", "code", "p") and kind not in ("item", "quote") else kind

    # An explicit stack: bodies nest as deep as the page does.
    stack: list[tuple[Any, str, Any]] = []
    kind = "p"
    if body.text:
        parts.append(body.text)
    children = iter(body)
    element = body
    while True:
        child = next(children, None)
        if child is not None:
            inner = enter(child, kind)
            stack.append((element, kind, children))
            if child.text:
                parts.append(child.text)
            element, kind, children = child, inner, iter(child)
            continue
        if not stack:
            break
        parent, outer, siblings = stack.pop()
        inside_row = outer == "row" and kind == "row"
        inline_code = element.tag == "code" and outer == "p"
        if element.tag not in _INLINE and element.tag not in ("lb", "cell") and not inside_row and not inline_code:
            flush(kind)
        if element.tail:
            parts.append(element.tail)
        element, kind, children = parent, outer, siblings
    flush(kind)
    return out


def _previous_is_break(element: Any) -> bool:
    before = element.getprevious()
    return before is not None and before.tag == "lb" and not (before.tail or "").strip()


def place(paragraphs: list[Paragraph], blocks: list[Block]) -> None:
    """Find the blocks of each paragraph: equal text first, then the blocks it was joined from, or was cut from."""
    where: dict[str, list[int]] = defaultdict(list)
    for number, block in enumerate(blocks):
        where[block.key].append(number)
    last = -1
    taken: set[int] = set()
    for short in (False, True):
        last = -1
        for paragraph in paragraphs:
            if not paragraph.blocks and (short or len(paragraph.key) >= _TELLING):
                free = [n for n in where.get(paragraph.key, ())[:50] if n not in taken]
                if free:
                    chosen = next((n for n in free if n > last), free[-1])
                    paragraph.blocks = [chosen]
                    taken.add(chosen)
            if paragraph.blocks:
                last = paragraph.blocks[-1]
    budget = _BUDGET
    last = -1
    for paragraph in paragraphs:
        if not paragraph.blocks:
            paragraph.blocks = _joined(paragraph.key, blocks, range(last + 1, min(len(blocks), last + _REACH)), taken)
            if not paragraph.blocks and len(paragraph.key) >= _TELLING and budget > 0:
                budget -= len(blocks)
                paragraph.blocks = _joined(paragraph.key, blocks, range(len(blocks)), taken)
            taken.update(paragraph.blocks)
        if paragraph.blocks:
            last = paragraph.blocks[-1]


def _joined(key: str, blocks: list[Block], numbers: range, taken: set[int]) -> list[int]:
    """The free blocks among `numbers` that follow one another in `key`; else the one that `key` was cut from."""
    found: list[int] = []
    at = 0
    key = key.replace("|", "")
    for number in numbers:
        part = blocks[number].key
        if number in taken:
            continue
        hit = key.find(part, at)
        # A word or two must stand exactly at the point reached, or `Share` would be found in any sentence.
        if hit >= 0 and (hit == at or len(part) >= _TELLING) and (found or hit == 0):
            found.append(number)
            at = hit + len(part)
            if at == len(key):
                break
        elif found and number - found[-1] > 5:
            break
    if at * 2 >= len(key):
        return found
    if len(key) >= 12:
        for number in numbers:
            if number not in taken and key in blocks[number].key:
                return [number]
    return []


def fill_gaps(
    paragraphs: list[Paragraph], blocks: list[Block], other_kind: Callable[[Block], str | None]
) -> list[Paragraph]:
    """The paragraphs with those that trafilatura left out in the middle of the body: running text between its first and
    last block that `other_kind` takes for nothing else, and the whole list that such an item belongs to.  A gap in
    which a prompt stands is a box (`Subscribe to read on`, then what subscribers get) and stays out.
    """
    used = {n for p in paragraphs for n in p.blocks}
    if not used:
        return paragraphs
    chosen = _collapsed(used, blocks)
    for gap in _gaps(used):
        if not any(_is_running(blocks[n]) for n in gap):
            continue
        kinds = {n: other_kind(blocks[n]) for n in gap}
        if _PROMPTS.isdisjoint(filter(None, kinds.values())):
            running = {n for n in gap if kinds[n] is None and _is_running(blocks[n])}
            lists = {blocks[n].element.getparent() for n in running if blocks[n].element.tag == "li"}
            items = {n for n in gap if blocks[n].element.tag == "li" and blocks[n].element.getparent() in lists}
            chosen |= running | items
    if not chosen:
        return paragraphs
    filled: list[Paragraph] = []
    waiting = sorted(chosen)
    at = 0
    for paragraph in paragraphs:
        while paragraph.blocks and at < len(waiting) and waiting[at] < paragraph.blocks[0]:
            filled.append(_from_block(blocks, waiting[at]))
            at += 1
        filled.append(paragraph)
    filled.extend(_from_block(blocks, n) for n in waiting[at:])
    return filled


def _collapsed(used: set[int], blocks: list[Block]) -> set[int]:
    """Equal paragraphs in a row, of which trafilatura keeps the first."""
    found: set[int] = set()
    for number in sorted(used):
        following = number + 1
        while following < len(blocks) and following not in used and blocks[following].key == blocks[number].key:
            if blocks[following].element.getparent() is not blocks[number].element.getparent():
                break
            found.add(following)
            following += 1
    return found


def _gaps(used: set[int]) -> list[range]:
    """The runs of block numbers between used ones."""
    numbers = sorted(used)
    return [range(a + 1, b) for a, b in pairwise(numbers) if b > a + 1]


def _is_running(block: Block) -> bool:
    long = len(block.key) >= _RUNNING and block.link_share <= 0.5
    return long and block.text.rstrip("\"'”’)»]").endswith((".", "!", "?", "…", "。", "：", ":"))


def _from_block(blocks: list[Block], number: int) -> Paragraph:
    block = blocks[number]
    return Paragraph(block.text, "item" if block.element.tag == "li" else "p", block.key, [number], "between_body")


def is_answered(paragraphs: Sequence[Paragraph], named: Sequence[tuple[str, str] | None]) -> bool:
    """Whether an article stands above what is named comments: readers may write more than the newsroom did."""
    first = next((n for n, label in enumerate(named) if label and label[0] == "comment_widget"), 0)
    return sum(p.words for p, label in zip(paragraphs[:first], named, strict=False) if not label) >= _ANSWERED_FROM
