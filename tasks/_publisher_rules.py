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
from tasks._phrases import LONGEST_LINE, fold
from tasks._publishers import to_xpath
from tasks._text import clean_line

#: What a body selector holds must be this share of the text that the labeller takes for body (in characters), or the
#: page no longer looks as the rule has it.
LEAST_SHARE = 0.5
_KINDS = {"title": "title", "standfirst": "standfirst", "authors": "byline", "published": "timestamp"}


@dataclass(slots=True)
class Ruled:
    """What an outlet's rules say of a page.

    `body`: the numbers of the blocks that are body; None where nothing is said of it.  `labels`: blocks that are no
    body.  `missed`: the fields whose selector found nothing that fits.
    """

    rule: str = ""
    body: np.ndarray | None = None
    labels: dict[int, Label] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)

    def label_of(self, numbers: Iterable[int]) -> Label | None:
        """What a paragraph of these blocks is taken out for, if it is."""
        return next((self.labels[number] for number in numbers if number in self.labels), None)


def apply_rules(publisher: Publisher, tree: Any, blocks: Sequence[Block], odds: np.ndarray, meta: Metadata) -> Ruled:
    """Run the outlet's selectors; the fields that they find take the place of `meta`'s own.

    `odds`: how likely the labeller thinks each block is body, against which a body selector is held.
    """
    ruled = Ruled(publisher.rule)
    for kind, selector in publisher.remove:
        for number in _inside(blocks, select(tree, selector)):
            ruled.labels.setdefault(number, (kind, publisher.rule))
    for number, block in enumerate(blocks) if publisher.phrases else ():
        if len(block.text) <= LONGEST_LINE and (kind := publisher.phrases.get(fold(block.text))):
            ruled.labels[number] = (kind, publisher.rule)
    for name, selector in publisher.selectors.items():
        found = select(tree, selector)
        if name == "body":
            _read_body(ruled, blocks, odds, found)
        elif not _read_field(name, found, meta):
            ruled.missed.append(name)
        else:
            shown = found if name == "authors" else found[:1]
            printed = {squeeze(spaced_text(element)) for element in shown}  # by inline elements, too
            numbers = [*_inside(blocks, shown), *(n for n, block in enumerate(blocks) if block.key in printed)]
            ruled.labels |= dict.fromkeys(numbers, (_KINDS[name], publisher.rule))
    return ruled


def select(tree: Any, selector: str) -> list[Any]:
    """The elements of a page that a CSS selector names, in document order."""
    return tree.xpath(to_xpath(selector))


def _inside(blocks: Sequence[Block], elements: Iterable[Any]) -> list[int]:
    within = {inner for element in elements for inner in element.iter()}
    return [number for number, block in enumerate(blocks) if block.element in within] if within else []


def _read_body(ruled: Ruled, blocks: Sequence[Block], odds: np.ndarray, found: list[Any]) -> None:
    inside = np.array([number for number in _inside(blocks, found) if number not in ruled.labels], int)
    sizes = np.array([len(block.key) for block in blocks], float)
    if sizes[inside].sum() > 0 and sizes[inside].sum() >= LEAST_SHARE * float((sizes * odds).sum()):
        ruled.body = inside
    else:
        ruled.missed.append("body")


def _read_field(name: str, found: list[Any], meta: Metadata) -> bool:
    """Put what the elements say into `meta`; False when they say nothing."""
    texts = [text for element in found if (text := clean_line(_value(name, element)))]
    if not texts:
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
    return True


def _value(name: str, element: Any) -> str:
    if name == "published" and (stated := element.get("datetime") or element.get("content")):
        return stated
    return spaced_text(element)
