"""HTML -> Draft: the main text by trafilatura, the fields from the page's own data, everything else listed as removed.

The page is parsed once.  Metadata and blocks are read from that tree; trafilatura, which takes its tree apart, works on
a copy.  Its body is then cleaned by what the blocks around each paragraph are called, and by what the page says of itself.
"""

import logging
import re
from collections import Counter
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from schemas.document import Document
from schemas.draft import BODY, Caption, Draft, Piece
from schemas.outcome import Refusal
from tasks._blocks import UNSEEN, Block, list_blocks, squeeze
from tasks._body import Paragraph, list_paragraphs, place
from tasks._encoding import decode
from tasks._figures import find_captions
from tasks._markup import Label, Labels, text_label
from tasks._metadata import Metadata, Page, read_metadata
from tasks._text import count_words

#: Pages of more elements than this go without trafilatura, whose passes grow faster than the page does.
_MAX_ELEMENTS = 60_000
#: Fewer words than this, where the page has more running text to offer, is a failed extraction.
_FEW_WORDS = 60
#: Kinds that a paragraph is taken out for by the name of what stands around it.  `navigation` and `advert` names also
#: hold real copy (tables of contents, `ad-free` wrappers), so they count only with links or few words.
_TELLING_KINDS = frozenset(("comment_widget", "comment", "notification_prompt", "subscribe_prompt", "login_prompt", "byline", "timestamp", "legal"))
_OTHERS_PICTURES = ("navigation", "related_links", "advert", "comment_widget", "comment", "subscribe_prompt", "share_prompt")

_log = logging.getLogger(__name__)


def extract_document(document: Document) -> Draft | Refusal:
    """An HTML document taken apart; a page without text gives a draft without body (refusing it is another step's)."""
    if document.refusal:
        return document.refusal
    decoded = decode(document.content, document.charset, is_html=True)
    if isinstance(decoded, Refusal):
        return decoded
    url = document.given.url or (document.origin if document.origin.startswith(("http://", "https://")) else None)
    tree = parse_page(decoded.text)
    if tree is None:
        return Draft(url=url, flags=tuple(decoded.flags), confidence=0.0)
    return _take_apart(tree, url, tuple(decoded.flags))


def parse_page(text: str) -> Any | None:
    """The lxml tree of a page; None when there is nothing to parse."""
    data = text.replace("\x00", "").encode("utf-8", "replace")
    if not data.strip():
        return None
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        return lxml_html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None


def _take_apart(tree: Any, url: str | None, flags: tuple[str, ...]) -> Draft:
    page = Page(tree)
    etree.strip_elements(tree, *UNSEEN, with_tail=False)
    root = tree.find("body")
    blocks = list_blocks(root if root is not None else tree)
    meta = read_metadata(page, blocks, url)
    paragraphs, method = _find_body(tree, blocks, meta, url)
    place(paragraphs, blocks)
    mass = _mass(paragraphs, blocks)
    total = sum(len(p.key) for p in paragraphs) or 1
    labels = Labels({element for element, chars in mass.items() if chars >= 0.25 * total})
    captions = find_captions(tree, _OTHERS_PICTURES, labels.of)
    verdicts = _clean(paragraphs, blocks, meta, captions, labels)
    pieces = _pieces(paragraphs, verdicts, blocks, meta, captions, labels, method)
    confidence = _confidence(paragraphs, verdicts, blocks, mass, method)
    body_words = sum(count_words(p.text) for p, v in zip(paragraphs, verdicts, strict=True) if v is None)
    if 0 < body_words and confidence < 0.5:
        flags = (*flags, "unsure")
    return Draft(
        pieces=tuple(pieces),
        title=meta.title,
        standfirst=meta.standfirst,
        bylines=tuple(meta.bylines),
        published=tuple(meta.published),
        updated=tuple(meta.updated),
        source=meta.source,
        url=meta.url,
        language=meta.language,
        section=meta.section,
        tags=tuple(meta.tags),
        captions=tuple(captions),
        flags=flags,
        confidence=confidence,
        page_type=meta.page_type,
        is_teaser=_is_teaser(meta, blocks, labels, body_words),
    )


# --- the body


def _find_body(tree: Any, blocks: list[Block], meta: Metadata, url: str | None) -> tuple[list[Paragraph], str]:
    """The paragraphs of the main text and how they were found."""
    paragraphs: list[Paragraph] = []
    if sum(1 for _ in tree.iter()) <= _MAX_ELEMENTS:
        body = _trafilatura_body(tree, url)
        if body is not None:
            paragraphs = list_paragraphs(body)
    words = sum(count_words(p.text) for p in paragraphs)
    if words >= _FEW_WORDS:
        return paragraphs, "trafilatura"
    dense = _dense_body(blocks)
    if sum(count_words(p.text) for p in dense) > 2 * words + 20:
        return dense, "densest"
    if meta.article_body and count_words(meta.article_body) > 2 * words + 20:
        return _from_json(meta.article_body), "json-ld"
    return paragraphs, "trafilatura"


def _trafilatura_body(tree: Any, url: str | None) -> Any | None:
    from trafilatura import bare_extraction

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        # `xml` spares the text rendering that the `python` format does; the body element is the same.
        found = bare_extraction(tree, url=url, include_comments=False, with_metadata=False, output_format="xml")
    except (RecursionError, etree.LxmlError, AttributeError, KeyError, IndexError, AssertionError) as error:
        _log.warning("trafilatura gave up on %s: %r", url, error)
        return None
    return None if found is None or isinstance(found, dict) else found.body


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
    return [Paragraph(b.text, "p", b.key) for b in prose if b.element is best or best in b.element.iterancestors()]


def _from_json(text: str) -> list[Paragraph]:
    lines = re.split(r"\n\s*\n|(?<=[.!?”\"])\n|</p>|<br\s*/?>", text)
    clean = (" ".join(re.sub(r"<[^<>]{1,200}>", " ", line).split()) for line in lines)
    return [Paragraph(line, "p", squeeze(line)) for line in clean if line]


def _mass(paragraphs: list[Paragraph], blocks: list[Block]) -> Counter[Any]:
    """How many characters of the body stand in each element of the page."""
    mass: Counter[Any] = Counter()
    for paragraph in paragraphs:
        if paragraph.blocks:
            element = blocks[paragraph.blocks[0]].element
            while element is not None:
                mass[element] += len(paragraph.key)
                element = element.getparent()
    return mass


# --- cleaning


def _clean(
    paragraphs: list[Paragraph], blocks: list[Block], meta: Metadata, captions: list[Caption], labels: Labels
) -> list[Label | None]:
    """For each paragraph None (body), or the kind and rule it is taken out for."""
    headings = {squeeze(h).casefold() for h in meta.headings}
    shown = {squeeze(f"{c.text or ''}{c.credit or ''}") for c in captions} | {squeeze(c.text) for c in captions if c.text}
    verdicts: list[Label | None] = []
    words_before = 0
    for paragraph in paragraphs:
        verdict = _verdict(paragraph, blocks, meta, labels, headings if words_before < 80 else set(), shown, words_before)
        verdicts.append(verdict)
        if verdict is None:
            words_before += count_words(paragraph.text)
    return verdicts


def _verdict(
    paragraph: Paragraph, blocks: list[Block], meta: Metadata, labels: Labels, headings: set[str], shown: set[str], words_before: int
) -> Label | None:
    words = count_words(paragraph.text)
    if paragraph.key.casefold() in headings:
        return "title", "repeats_title"
    if len(paragraph.key) >= 12 and paragraph.key in shown:
        return "caption", "repeats_caption"
    label = labels.of(blocks[paragraph.blocks[0]].element) if paragraph.blocks else None
    if label and label[0] in _TELLING_KINDS:
        return label
    return None


# --- pieces


def _pieces(
    paragraphs: list[Paragraph],
    verdicts: list[Label | None],
    blocks: list[Block],
    meta: Metadata,
    captions: list[Caption],
    labels: Labels,
    method: str,
) -> list[Piece]:
    """Body and removed pieces in document order; a paragraph that could not be placed follows the one before it."""
    used = {n for p in paragraphs for n in p.blocks}
    rows: list[tuple[int, int, str, str, str]] = []
    at = -1
    for order, (paragraph, verdict) in enumerate(zip(paragraphs, verdicts, strict=True)):
        at = max(at, paragraph.blocks[0] if paragraph.blocks else at)
        kind, rule = verdict or (BODY, method)
        rows.append((at, order, paragraph.text, kind, rule))
    headings = {squeeze(h).casefold() for h in meta.headings}
    shown = {squeeze(t) for c in captions for t in (c.text, c.credit, f"{c.text or ''}{c.credit or ''}") if t}
    standfirst = squeeze(meta.standfirst or "")
    for number, block in enumerate(blocks):
        if number in used:
            continue
        if block.key.casefold() in headings:
            label = ("title", "repeats_title")
        elif block.key in shown:
            label = ("caption", "repeats_caption")
        elif block.key == standfirst:
            label = ("standfirst", "repeats_standfirst")
        elif number in meta.bylines_shown:
            label = ("byline", "near_h1")
        elif number in meta.dates_shown:
            label = ("timestamp", "near_h1")
        else:
            label = removed_label(block, labels)
        rows.append((number, -1, block.text, *label))
    rows.sort(key=lambda row: row[:2])
    return [Piece(None, n, text, kind, rule) for n, (_, _, text, kind, rule) in enumerate(rows)]


def removed_label(block: Block, labels: Labels) -> Label:
    """What a block outside the body was taken for, and by which rule."""
    label = labels.of(block.element)
    words = count_words(block.text)
    by_text = text_label(block.text)
    if by_text and (label is None or label[0] in ("navigation", "other", "related_links")):
        return by_text
    if label is None:
        return ("related_links", "link_only") if block.link_share >= 0.9 else ("other", "trafilatura")
    if label[0] == "comment_widget" and words > 8 and block.link_share < 0.5:
        return "comment", label[1]
    if label[0] in ("timestamp", "byline") and words > 40:
        return "other", "trafilatura"
    return label


# --- judgement


def _confidence(
    paragraphs: list[Paragraph], verdicts: list[Label | None], blocks: list[Block], mass: Counter[Any], method: str
) -> float:
    """0 to 1: the mean of three shares, less when a fallback found the body.

    How much of the body stands in one container (the fullest parent of its blocks, and its own parent), how much of it
    is found word for word on the page, and how much of the page's running text it covers.
    """
    kept = [p for p, v in zip(paragraphs, verdicts, strict=True) if v is None]
    chars = sum(len(p.key) for p in kept)
    if not chars:
        return 0.0
    parents = Counter[Any]()
    for paragraph in kept:
        if paragraph.blocks:
            element = blocks[paragraph.blocks[0]].element
            for _ in range(3):
                parent = element.getparent()
                if parent is None or parent.tag in ("body", "html"):
                    break
                element = parent
            parents[element] += len(paragraph.key)
    together = max(parents.values(), default=0) / chars
    placed = sum(len(p.key) for p in kept if p.blocks) / chars
    prose = sum(len(b.key) for b in blocks if len(b.key) >= 80 and b.link_share < 0.3)
    covered = min(1.0, chars / prose) if prose else 1.0
    length = min(1.0, sum(count_words(p.text) for p in kept) / 100)
    score = (together + placed + covered) / 3 * (0.5 + 0.5 * length)
    return round(score * (1.0 if method == "trafilatura" else 0.6), 3)


def _is_teaser(meta: Metadata, blocks: list[Block], labels: Labels, body_words: int) -> bool:
    """The page says that it is not free, or names a paywall, and shows little."""
    if meta.is_free is False:
        return body_words < 250
    if body_words >= 120:
        return False
    return any(labels.of(b.element) == ("subscribe_prompt", "class:paywall") for b in blocks)
