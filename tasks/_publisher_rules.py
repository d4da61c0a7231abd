"""An outlet's own rules on one of its pages: what holds the body and the fields, and what is furniture."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from schemas.draft import Byline
from schemas.publisher import Publisher
from tasks._blocks import Block, spaced_text, squeeze
from tasks._markup import Label
from tasks._metadata import Metadata
from tasks._phrases import LONGEST_LINE, fold_lines
from tasks._publishers import compile_selector
from tasks._text import clean_line

#: What a body selector holds must be this share of the text that the labeller takes for body (in characters), or the
#: page no longer looks as the rule has it; what [remove] leaves of a body, this share of it.
LEAST_SHARE = 0.5
_KINDS = {"title": "title", "standfirst": "standfirst", "authors": "byline", "published": "timestamp"}
#: Characters of a field; what has more is a selector that holds half the page.
_MOST = {"title": 400, "standfirst": 1_500, "authors": 400, "published": 200}


@dataclass(slots=True)
class Ruled:
    """What an outlet's rules say of a page.

    `body`: the numbers of the blocks that are body; None where nothing is said of it.  `labels`: blocks that are no
    body.  `missed`: the fields whose selector found nothing that fits, and `remove` where that would take the body.
    """

    rule: str = ""
    body: np.ndarray | None = None
    labels: dict[int, Label] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)

    def settle(self, odds: np.ndarray) -> None:
        """Put what is said of the body into the odds of the page's blocks."""
        if self.body is not None:
            odds[:] = 0.0
            odds[self.body] = 1.0
        odds[list(self.labels)] = 0.0

    def label_of(self, numbers: Sequence[int]) -> Label | None:
        """What a paragraph of these blocks is taken out for: when all of them are."""
        labels = [self.labels.get(number) for number in numbers]
        return labels[0] if labels and all(labels) else None


def apply_rules(publisher: Publisher, tree: Any, blocks: Sequence[Block], odds: np.ndarray, meta: Metadata) -> Ruled:
    """Run the outlet's selectors; the fields that they find take the place of `meta`'s own.

    `odds`: how likely the labeller thinks each block is body, against which a body selector is held.
    """
    ruled = Ruled(publisher.rule)
    furniture: dict[int, Label] = {}
    for kind, selector in publisher.remove:
        for number in _inside(blocks, select(tree, selector)):
            furniture.setdefault(number, (kind, publisher.rule))
    if publisher.phrases:
        short = [(n, block.text) for n, block in enumerate(blocks) if len(block.text) <= LONGEST_LINE]
        for (number, _), folded in zip(short, fold_lines([text for _, text in short]), strict=True):
            if kind := publisher.phrases.get(folded):
                ruled.labels[number] = (kind, publisher.rule)
    for name, selector in publisher.selectors.items():
        if name == "body":
            continue
        found = select(tree, selector)
        shown = found if name == "authors" else found[:1]
        if _holds_body(blocks, odds, shown) or not _read_field(name, found, meta):
            ruled.missed.append(name)
            continue
        printed = {squeeze(spaced_text(element)) for element in shown}  # by inline elements, too
        numbers = [*_inside(blocks, shown), *(n for n, block in enumerate(blocks) if block.key in printed)]
        ruled.labels |= dict.fromkeys(numbers, (_KINDS[name], publisher.rule))
    _read_body(ruled, publisher.selectors.get("body"), furniture, tree, blocks, odds)
    return ruled


def select(tree: Any, selector: str) -> list[Any]:
    """The elements of a page that a CSS selector names, in document order."""
    return compile_selector(selector)(tree)


def _inside(blocks: Sequence[Block], elements: Iterable[Any]) -> list[int]:
    within = {inner for element in elements for inner in element.iter()}
    return [number for number, block in enumerate(blocks) if block.element in within] if within else []


def _read_body(
    ruled: Ruled,
    selector: str | None,
    furniture: dict[int, Label],
    tree: Any,
    blocks: Sequence[Block],
    odds: np.ndarray,
) -> None:
    """The body, and the furniture that is not the body."""
    sizes = np.array([len(block.key) for block in blocks], float)
    is_in = np.zeros(len(blocks), bool)
    if selector:
        is_in[_inside(blocks, select(tree, selector))] = True
        is_in[list(ruled.labels)] = False
    held, expected = float(sizes[is_in].sum()), float((sizes * odds).sum())
    is_body_known = held > 0 and held >= LEAST_SHARE * expected
    if selector and not is_body_known:
        ruled.missed.append("body")
    if not is_body_known:
        is_in = odds > 0.5
        expected = float(sizes[is_in].sum())
    is_left = is_in.copy()
    is_left[list(furniture)] = False
    if furniture and float(sizes[is_left].sum()) < LEAST_SHARE * expected:
        ruled.missed.append("remove")
        is_left = is_in
    else:
        ruled.labels = furniture | ruled.labels
    if is_body_known:
        ruled.body = np.flatnonzero(is_left)


def _holds_body(blocks: Sequence[Block], odds: np.ndarray, elements: Iterable[Any]) -> bool:
    """Whether most of what the labeller takes for body stands in these elements."""
    sizes = np.array([len(block.key) for block in blocks], float) * (odds > 0.5)
    return float(sizes[_inside(blocks, elements)].sum()) > LEAST_SHARE * float(sizes.sum())


def _read_field(name: str, found: list[Any], meta: Metadata) -> bool:
    """Put what the elements say into `meta`; False when they say nothing, or too much."""
    texts = [text for element in found if (text := clean_line(_value(name, element)))]
    if not texts or any(len(text) > _MOST[name] for text in texts):
        return False
    if name == "title":
        meta.title = texts[0]
        meta.headings.insert(0, texts[0])
    elif name == "standfirst":
        meta.standfirst = texts[0]
    elif name == "authors":
        meta.bylines = [Byline(text) for text in dict.fromkeys(texts)]
    else:
        meta.published.insert(0, texts[0])
        meta.flags.discard("dated_by_update")
    return True


def _value(name: str, element: Any) -> str:
    if name == "published" and (stated := element.get("datetime") or element.get("content")):
        return stated
    return spaced_text(element)
