"""The main text of a page: trafilatura's body, or what the page offers where that fails."""

import copy
import logging
import re
from collections import Counter
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (no stubs)

from tasks._blocks import Block, squeeze
from tasks._body import Paragraph, list_paragraphs
from tasks._text import count_words

#: Pages of more elements than this go without trafilatura, whose passes grow faster than the page does.
_MAX_ELEMENTS = 60_000
#: Fewer words than this, where the page has more running text to offer, is a failed extraction.
_FEW_WORDS = 60
#: The fast extraction is enough when it holds at least this share of the page's text outside links.
_FAST_SHARE = 0.5
#: A table with this many paragraphs in its cells lays out the page.
_PARAGRAPHS_OF_LAYOUT = 3

_log = logging.getLogger(__name__)


def find_main_text(
    tree: Any, blocks: list[Block], article_body: str | None, url: str | None
) -> tuple[list[Paragraph], str]:
    """The paragraphs of the main text and how they were found: `trafilatura`, `densest` or `json_ld`.

    `tree` is not changed.  `article_body`: JSON-LD's, the last resort.
    """
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
