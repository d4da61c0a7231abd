"""What a page holds twice for readers of different kinds: `noscript` copies, and copies that nobody is shown."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

import numpy as np
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (no stubs)

from tasks._blocks import MOST_BLOCKS, UNSEEN, Block, squeeze
from tasks._markup import Label

HIDDEN_COPY: Label = ("repeated", "hidden_copy")
#: Characters without space from which the words of a `noscript` may be copy: what asks for JavaScript has fewer.
_COPY_FROM = 200
#: Of its text, the share that may stand elsewhere on the page; with more it is a copy.
_SEEN_SHARE = 0.5
#: A shorter block stands twice on many a page.
_TELLING = 12
#: So many are looked at, and so much of each: an article has one, a gallery a dozen.
_MOST_NOSCRIPTS, _MOST_PIECES = 20, 100
_PIECES = ("p", "li", "figcaption", "blockquote", "h1", "h2", "h3", "h4", "td", "pre")
_NOT_SHOWN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.I)
_MOST_STEPS = 50


def open_noscripts(tree: Any, noscripts: Sequence[Any]) -> None:
    """Make plain elements of those that hold copy, or a caption, which the page shows nowhere else."""
    seen: str | None = None
    telling = (n for n in noscripts if _says_something(n))
    for noscript in islice(telling, _MOST_NOSCRIPTS):
        if seen is None:
            seen = squeeze("".join(_shown_text(tree)))
        words = squeeze("".join(noscript.itertext()))
        keys = (squeeze("".join(piece.itertext())) for piece in noscript.iter(*_PIECES))
        pieces = list(islice(filter(None, keys), _MOST_PIECES)) or [words]
        if sum(len(key) for key in pieces if key in seen) <= _SEEN_SHARE * sum(map(len, pieces)):
            noscript.tag = "div"
            seen += words


def _says_something(noscript: Any) -> bool:
    words = squeeze("".join(noscript.itertext()))
    return len(words) >= _COPY_FROM or (bool(words) and noscript.find(".//figcaption") is not None)


def _shown_text(tree: Any) -> Iterator[str]:
    walker = etree.iterwalk(tree, events=("start", "end"))
    for event, element in walker:
        if event == "start" and element.tag in UNSEEN:
            walker.skip_subtree()
        elif event == "start":
            yield element.text or ""
        if event == "end":
            yield element.tail or ""


def hidden_copies(blocks: Sequence[Block], odds: np.ndarray) -> dict[int, int]:
    """Blocks that are hidden and stand elsewhere on the page as well: their numbers, and those of what all can see.

    The one that is seen is then as likely body (`odds`) as the likeliest of its copies: of two equal blocks the
    labeller takes the first.
    """
    known: dict[str, list[int]] = {}
    for number, block in enumerate(blocks[:MOST_BLOCKS]):
        if len(block.key) >= _TELLING and block.link_chars * 2 < len(block.key):
            known.setdefault(block.key, []).append(number)
    found: dict[int, int] = {}
    for numbers in known.values():
        if len(numbers) > 1:
            is_hidden = [_is_hidden(blocks[number].element) for number in numbers]
            if any(is_hidden) and not all(is_hidden):
                hidden = [number for number, gone in zip(numbers, is_hidden, strict=True) if gone]
                shown = numbers[is_hidden.index(False)]
                odds[shown] = odds[numbers].max()
                odds[hidden] = 0.0
                found |= dict.fromkeys(hidden, shown)
    return found


def label_of_copy(numbers: Sequence[int], hidden: Mapping[int, int], used: Collection[int]) -> Label | None:
    """What a paragraph of these blocks is taken out for: when they are hidden copies of blocks that are used."""
    return HIDDEN_COPY if numbers and all(hidden.get(number) in used for number in numbers) else None


def _is_hidden(element: Any) -> bool:
    """Whether an element, or what it stands in, is not shown: by attribute, not by what a style sheet may say."""
    for step in islice(chain((element,), element.iterancestors()), _MOST_STEPS):
        if step.get("hidden") is not None or _NOT_SHOWN.search(step.get("style") or ""):
            return True
    return False
