"""The visible text of a page as blocks in document order, and what a block is called by its markup."""

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (no stubs)

from tasks._phrases import Match

#: Text flows through these; every other element starts and ends a block.
_INLINE = frozenset(
    (
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i",
        "img", "ins", "kbd", "mark", "nobr", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike",
        "strong", "sub", "sup", "tt", "u", "var", "wbr", "time", "label", "amp-img", "picture", "source", "input",
    )
)  # fmt: skip
#: Of a page with more blocks than this, which no public page comes near, the rest is not looked at.
MOST_BLOCKS = 20_000
_MOST_CHILDREN = 200
#: Never visible as copy.
UNSEEN = ("script", "style", "noscript", "template", "svg", "iframe", "select", "textarea", "object", "math", "canvas")
_SEAM = re.compile(r"[^\W\d_A-Z)?!][A-Z][^\W\d_A-Z]|[)?!][A-Z]")
#: Their loose text is a block of theirs, and they hold the page beside it.
_CONTAINERS = ("body", "main", "article", "section")
_WORD_END = re.compile(r"(?:[^\W\d_A-Z]{2}|[)?!])$")
_UNSEEN = frozenset((*UNSEEN, "head", "title", "meta", "link"))


@dataclass(slots=True)
class Block:
    """A stretch of text between two block boundaries.

    `element`: the innermost block-level element around it; `node`: its place in `Nodes`.  `link_chars`: how many of
    its characters stand in links.  `key`: the text without white space, for comparing.  `folded`: the text,
    casefolded; `match`: the furniture phrase that it is; `is_stamp`: whether it is a timestamp and nothing else
    (`look_over`).
    """

    text: str
    element: Any
    link_chars: int
    key: str
    node: int
    folded: str = ""
    match: Match | None = None
    is_stamp: bool = False

    @property
    def phrase(self) -> str:
        """The kind of furniture that its phrase makes it, or nothing."""
        return self.match.kind if self.match else ""

    @property
    def link_share(self) -> float:
        """0 to 1: how much of the text is links."""
        return self.link_chars / max(1, len(self.key))

    def spaced(self) -> str:
        """The text with spaces where only elements hold words apart (`Ann LeeUpdated 3 May`)."""
        if not _SEAM.search(self.text) or self.element.tag in _CONTAINERS or is_crowded(self.element):
            return self.text
        text = spaced_text(self.element)
        return text if squeeze(text) == self.key else self.text


@dataclass(slots=True)
class Nodes:
    """The block-level elements of a page in document order, the root first.

    `parents`: the place of each one's parent, -1 of the root.  `names`: its class, id and the like (`names_of`).
    """

    parents: list[int] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    roles: list[str | None] = field(default_factory=list)

    def add(self, element: Any, parent: int) -> int:
        """Where it stands."""
        self.parents.append(parent)
        self.tags.append(element.tag)
        self.names.append(names_of(element))
        self.roles.append(element.get("role"))
        return len(self.parents) - 1


def names_of(element: Any) -> str:
    """What an element is called: its class, id and the like."""
    get = element.get
    return " ".join(filter(None, (get("class"), get("id"), get("itemprop"), get("data-component"))))


def is_crowded(element: Any) -> bool:
    """Whether an element has more children than a paragraph has: to look at all of them for each block is quadratic."""
    return next(islice(element.iterchildren(), _MOST_CHILDREN, None), None) is not None


def squeeze(text: str) -> str:
    """`text` without any white space."""
    return "".join(text.split())


def spaced_text(element: Any) -> str:
    """The words of an element, with a space where a line break, or nothing but the ends of two elements, holds them
    apart (`Ann Lee` `Chief reporter`).
    """
    runs: list[str] = []
    last = ""
    for event, inner in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            run = " " if inner.tag == "br" else inner.text or ""
        else:
            run = inner.tail or "" if inner is not element else ""
        if run[:1].isupper() and run[1:2].islower() and _WORD_END.search(last):
            runs.append(" ")
        runs.append(run)
        last = (last + run)[-2:]
    return " ".join("".join(runs).split())


def list_blocks(root: Any) -> tuple[list[Block], Nodes]:
    """All visible text under `root`, one pass, in document order; `br` ends a block too."""
    blocks: list[Block] = []
    nodes = Nodes()
    parts: list[str] = []
    holders = [(root, nodes.add(root, -1))]
    link_depth = link_chars = 0

    def flush() -> None:
        nonlocal link_chars
        words = "".join(parts).split()
        if words:
            key = "".join(words)
            element, node = holders[-1]
            blocks.append(Block(" ".join(words), element, min(link_chars, len(key)), key, node))
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
                if parts:
                    flush()
                if element is not root:
                    holders.append((element, nodes.add(element, holders[-1][1])))
            text = element.text
        else:
            if tag == "a":
                link_depth -= 1
            elif tag not in _INLINE and tag not in _UNSEEN:
                if parts:
                    flush()
                if element is not root:
                    holders.pop()
            text = element.tail if element is not root else None
        if text and (parts or not text.isspace()):
            parts.append(text)
            if link_depth:
                link_chars += len("".join(text.split()))
    flush()
    return blocks, nodes
