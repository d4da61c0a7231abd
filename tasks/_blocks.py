"""The visible text of a page as blocks in document order, and what a block is called by its markup."""

from dataclasses import dataclass
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (no stubs)

#: Text flows through these; every other element starts and ends a block.
_INLINE = frozenset(
    (
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i",
        "img", "ins", "kbd", "mark", "nobr", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike",
        "strong", "sub", "sup", "tt", "u", "var", "wbr", "time", "label", "amp-img", "picture", "source", "input",
    )
)  # fmt: skip
#: Never visible as copy.
UNSEEN = ("script", "style", "noscript", "template", "svg", "iframe", "select", "textarea", "object", "math", "canvas")
_UNSEEN = frozenset((*UNSEEN, "head", "title", "meta", "link"))


@dataclass(slots=True)
class Block:
    """A stretch of text between two block boundaries.

    `element`: the innermost block-level element around it.  `link_chars`: how many of its characters stand in links.
    `key`: the text without white space, for comparing.
    """

    text: str
    element: Any
    link_chars: int
    key: str

    @property
    def link_share(self) -> float:
        """0 to 1: how much of the text is links."""
        return self.link_chars / max(1, len(self.key))


def squeeze(text: str) -> str:
    """`text` without any white space."""
    return "".join(text.split())


def list_blocks(root: Any) -> list[Block]:
    """All visible text under `root`, one pass, in document order; `br` ends a block too."""
    blocks: list[Block] = []
    parts: list[str] = []
    holders = [root]
    link_depth = link_chars = 0

    def flush() -> None:
        nonlocal link_chars
        if parts:
            words = "".join(parts).split()
            if words:
                key = "".join(words)
                blocks.append(Block(" ".join(words), holders[-1], min(link_chars, len(key)), key))
            parts.clear()
        link_chars = 0

    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        tag = element.tag
        if event == "start":
            if tag in _UNSEEN:
                walker.skip_subtree()
                continue
            if tag == "a":
                link_depth += 1
            elif tag not in _INLINE:
                flush()
                holders.append(element)
            text = element.text
        else:
            if tag == "a":
                link_depth -= 1
            elif tag not in _INLINE and tag not in _UNSEEN:
                flush()
                holders.pop()
            text = element.tail if element is not root else None
        if text:
            parts.append(text)
            if link_depth:
                link_chars += len("".join(text.split()))
    flush()
    return blocks
