"""The main text of a page: what the labeller takes for body; where it is unsure, what trafilatura does."""

import copy
import logging
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (no stubs)

from tasks._blocks import Block, Nodes, squeeze
from tasks._body import STOPS, Paragraph, list_paragraphs
from tasks._text import count_words

#: Of pages of other sites of which the labeller expects less, trafilatura does better (4% of public pages).
SURE_FROM = 0.85
#: A table or list between two paragraphs of the body belongs to it whole, where its text is as likely as this to; so
#: does a paragraph that line breaks divide, wherever it stands.
#: (Cross-validated by site: .0035 F1 on fundus_eval, .002 on wcxb, .007 on scraping.)
WHOLE = {("table",): 0.1, ("ul", "ol"): 0.3, ("p",): 0.4}
#: A sentence of so many characters that comes again beside itself is body each time, where it is as likely as this.
SHORTEST_SENTENCE, LIKELY_AGAIN = 40, 0.3
#: Right above text of the body a subhead belongs to it.
LIKELY_SUBHEAD = 0.25
_SUBHEADS = frozenset(("h2", "h3", "h4", "h5", "h6"))
#: So near, in blocks, the body must stand.
NEAR = 3
PUT_IN = 0.51
_CELLS = frozenset(("td", "th"))
_TAGS = {
    "li": "item",
    **{f"h{level}": "head" for level in range(1, 7)},
    "td": "row",
    "th": "row",
    "blockquote": "quote",
}
#: Pages of more elements than this go without trafilatura, whose passes grow faster than the page does.
_MAX_ELEMENTS = 60_000
#: Fewer words than this, where the page has more running text to offer, is a failed extraction.
_FEW_WORDS = 60
#: The fast extraction is enough when it holds at least this share of the page's text outside links.
_FAST_SHARE = 0.5
#: A table with this many paragraphs in its cells lays out the page.
_PARAGRAPHS_OF_LAYOUT = 3

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MainText:
    """The paragraphs of a body.

    `method`: how they were found, `labeller`, `publisher`, `trafilatura`, `densest` or `json_ld`.  `confidence`, 0 to
    1: the F1 that the labeller expects of its own choice.
    """

    paragraphs: list[Paragraph]
    method: str
    confidence: float

    @property
    def is_of_blocks(self) -> bool:
        """Whether the paragraphs are blocks of the page, and need no placing among them."""
        return self.method in ("labeller", "publisher")


def main_text_of(blocks: list[Block], chosen: np.ndarray, rule: str) -> MainText:
    """The body that an outlet's rule names: the blocks of these numbers."""
    odds = np.zeros(len(blocks))
    odds[chosen] = 1.0
    return MainText(_from_labels(blocks, odds, rule), "publisher", 1.0)


def find_main_text(
    tree: Any,
    blocks: list[Block],
    nodes: Nodes,
    odds: np.ndarray,
    article_body: str | None,
    url: str | None,
    barred: Collection[int] = (),
) -> MainText:
    """The main text of a page; `odds`: how likely each of its blocks is body, but for those that are `barred`.

    `tree` is not changed.  `article_body`: JSON-LD's, the last resort.
    """
    complete(odds, blocks, nodes)
    odds[list(barred)] = 0.0
    paragraphs = _from_labels(blocks, odds)
    words = sum(p.words for p in paragraphs)
    confidence = _expected_f1(blocks, odds)
    if confidence >= SURE_FROM and words >= _FEW_WORDS:
        return MainText(paragraphs, "labeller", confidence)
    others, method = _ask_others(tree, blocks, article_body, url)
    if others:
        return MainText(others, method, confidence)
    return MainText(paragraphs, "labeller", confidence)


def complete(odds: np.ndarray, blocks: list[Block], nodes: Nodes) -> None:
    """Raise the odds of what is whole or nothing: tables and lists amid the body, a sentence that siblings say again,
    subheads above their text.
    """
    is_body = odds > 0.5
    sizes = np.array([len(block.key) for block in blocks])
    for tags, likely in WHOLE.items():
        for inside in _inside(blocks, nodes, tags):
            first, last = inside[0], inside[-1]
            amid = is_body[max(0, first - NEAR) : first].any() and is_body[last + 1 : last + 1 + NEAR].any()
            if (amid or tags == ("p",)) and (odds[inside] * sizes[inside]).sum() > likely * sizes[inside].sum():
                odds[inside] = np.maximum(odds[inside], PUT_IN)
    for copies in _said_again(blocks, nodes):
        if odds[copies].mean() > LIKELY_AGAIN and odds[copies].max() > 0.5:
            odds[copies] = np.maximum(odds[copies], PUT_IN)
    is_body = odds > 0.5
    for number in np.flatnonzero(~is_body[:-1] & is_body[1:] & (odds[:-1] > LIKELY_SUBHEAD)).tolist():
        if nodes.tags[blocks[number].node] in _SUBHEADS and is_body[max(0, number - NEAR) : number].any():
            odds[number] = PUT_IN


def _said_again(blocks: list[Block], nodes: Nodes) -> Iterator[np.ndarray]:
    """The numbers of the blocks with the same sentence, of elements right in the same one: a refrain, no furniture."""
    said: dict[tuple[int, str], list[int]] = {}
    for number, block in enumerate(blocks):
        if len(block.key) >= SHORTEST_SENTENCE:
            said.setdefault((nodes.parents[block.node], block.key), []).append(number)
    return (np.array(numbers) for numbers in said.values() if len(numbers) > 1)


def _inside(blocks: list[Block], nodes: Nodes, tags: tuple[str, ...]) -> Iterator[np.ndarray]:
    """The numbers of the blocks inside each innermost element of these tags that holds more than one."""
    holder: list[int] = []
    for number, (parent, tag) in enumerate(zip(nodes.parents, nodes.tags, strict=True)):
        holder.append(number if tag in tags else holder[parent] if parent >= 0 else -1)
    held: dict[int, list[int]] = {}
    for number, block in enumerate(blocks):
        if holder[block.node] >= 0:
            held.setdefault(holder[block.node], []).append(number)
    return (np.array(numbers) for numbers in held.values() if len(numbers) > 1)


def _expected_f1(blocks: list[Block], odds: np.ndarray) -> float:
    words = np.array([len(block.key) for block in blocks], float)
    chosen = odds > 0.5
    right, missed = float((words * odds)[chosen].sum()), float((words * odds)[~chosen].sum())
    return 2 * right / (right + missed + float(words[chosen].sum())) if right else 0.0


def _from_labels(blocks: list[Block], odds: np.ndarray, rule: str = "labeller") -> list[Paragraph]:
    """The blocks that are body, as paragraphs: cells of a row together, and lines of an element where none ends."""
    groups: list[list[int]] = []
    for number in np.flatnonzero(odds > 0.5).tolist():
        if groups and groups[-1][-1] == number - 1 and _goes_on(blocks[number - 1], blocks[number]):
            groups[-1].append(number)
        else:
            groups.append([number])
    return [_paragraph([blocks[number] for number in group], group, odds, rule) for group in groups]


def _goes_on(before: Block, block: Block) -> bool:
    return _same_row(before, block) or (before.node == block.node and not before.text.endswith(STOPS))


def _same_row(before: Block, block: Block) -> bool:
    return block.element.tag in _CELLS and before.element.getparent() is block.element.getparent()


def _paragraph(blocks: list[Block], numbers: list[int], odds: np.ndarray, rule: str) -> Paragraph:
    texts = [blocks[0].text]
    for before, block in pairwise(blocks):
        texts += [" | " if _same_row(before, block) else " ", block.text]
    tag, key = _TAGS.get(blocks[0].element.tag, "p"), "".join(block.key for block in blocks)
    return Paragraph("".join(texts), tag, key, numbers, rule, round(float(odds[numbers].min()), 3))


def _ask_others(
    tree: Any, blocks: list[Block], article_body: str | None, url: str | None
) -> tuple[list[Paragraph], str]:
    paragraphs: list[Paragraph] = []
    tree = _without_layout_tables(tree)
    if sum(1 for _ in tree.iter()) <= _MAX_ELEMENTS:
        paragraphs = _trafilatura(tree, url, fast=True)
        # The slow way also asks readability and jusText, and takes their answer only when it is more than twice as
        # long: not worth asking (a third of the time) where the page has no such amount of text.  A single paragraph is
        # trafilatura's last resort, the whole page in one.
        chars = sum(len(p.key) for p in paragraphs)
        on_page = sum(len(b.key) for b in blocks if b.link_share < 0.5)
        if chars < _FAST_SHARE * on_page or len(paragraphs) < 2 or all(p.tag != "p" for p in paragraphs):
            paragraphs = _trafilatura(tree, url, fast=False)
    words = sum(p.words for p in paragraphs)
    if words >= _FEW_WORDS:
        return paragraphs, "trafilatura"
    dense = _dense_body(blocks)
    if sum(p.words for p in dense) > 2 * words + 20:
        return dense, "densest"
    if article_body and count_words(article_body) > 2 * words + 20:
        return _from_json(article_body), "json_ld"
    return paragraphs, "trafilatura"


def _without_layout_tables(tree: Any) -> Any:
    """The tree, or a copy in which tables that hold paragraphs are plain containers: pages of the table age."""
    layout = [table for table in tree.iter("table") if len(table.findall(".//td/p")) >= _PARAGRAPHS_OF_LAYOUT]
    if not layout:
        return tree
    tree = copy.deepcopy(tree)
    for table in [t for t in tree.iter("table") if len(t.findall(".//td/p")) >= _PARAGRAPHS_OF_LAYOUT]:
        for element in [table, *table.iter("tbody", "tr", "td")]:
            element.tag = "div"
    return tree


def load_stoplists() -> None:
    """Load what trafilatura's slow way loads when it is first taken (0.2 s)."""
    from trafilatura.external import jt_stoplist_init

    jt_stoplist_init()


def _trafilatura(tree: Any, url: str | None, fast: bool) -> list[Paragraph]:
    from trafilatura import bare_extraction

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        # `xml` spares the text rendering that the `python` format does; the body element is the same.
        found = bare_extraction(
            tree, url=url, fast=fast, include_comments=False, with_metadata=False, output_format="xml"
        )
    except (RecursionError, etree.LxmlError, AttributeError, KeyError, IndexError, AssertionError) as error:
        _log.warning("trafilatura gave up on %s: %r", url, error)
        return []
    return [] if found is None or isinstance(found, dict) else list_paragraphs(found.body)


def _dense_body(blocks: list[Block]) -> list[Paragraph]:
    """The running text of the container that holds most of it, by grandparent."""
    mass: Counter[Any] = Counter()
    prose = [b for b in blocks if b.link_share < 0.3 and (len(b.key) >= 60 or b.text.endswith((".", "!", "?", "。")))]
    for block in prose:
        parent = block.element.getparent()
        mass[parent if parent is not None else block.element] += len(block.key)
    if not mass:
        return []
    best, _ = mass.most_common(1)[0]
    return [
        Paragraph(b.text, "p", b.key, rule="densest")
        for b in prose
        if b.element is best or best in b.element.iterancestors()
    ]


def _from_json(text: str) -> list[Paragraph]:
    lines = re.split(r"\n\s*\n|(?<=[.!?”\"])\n|</p>|<br\s*/?>", text)
    clean = (" ".join(re.sub(r"<[^<>]{1,200}>", " ", line).split()) for line in lines)
    return [Paragraph(line, "p", squeeze(line), rule="json_ld") for line in clean if line]
