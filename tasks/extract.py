"""HTML -> Draft: the main text by the labeller, the fields from the page's own data, everything else listed as removed.

The page is parsed once.  Metadata and blocks are read from that tree; trafilatura, which is asked where the labeller is
unsure and takes its tree apart, works on a copy.  The body is then cleaned by what the blocks around each paragraph are
called, and by what the page says of itself.
"""

import re
from collections import Counter
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (no stubs)
from lxml import html as lxml_html

from schemas.document import Document
from schemas.draft import BODY, Caption, Draft, Piece
from schemas.outcome import Refusal
from tasks._block_labeller import block_reasons, judge_blocks, label_blocks, look_over
from tasks._blocks import UNSEEN, Block, Nodes, list_blocks, squeeze
from tasks._body import Paragraph, fill_gaps, is_answered, place
from tasks._copies import HIDDEN_COPY, hidden_copies, label_of_copy, open_noscripts
from tasks._dates import read_timestamp_line
from tasks._encoding import decode
from tasks._figures import find_captions
from tasks._language import language_code
from tasks._main_text import MainText, find_main_text, main_text_of
from tasks._markup import Label, Labels, text_label
from tasks._metadata import Metadata, Page, read_metadata
from tasks._paywall import breaks_off, is_teaser
from tasks._phrases import Phrases, load_phrases
from tasks._publisher_rules import Ruled, apply_rules
from tasks._publishers import rules_for
from tasks._script_data import put_copy_in
from tasks._text import count_words

#: Kinds that a paragraph is taken out for by the name of what stands around it.
_TELLING_KINDS = frozenset(
    ("comment_widget", "notification_prompt", "subscribe_prompt", "login_prompt", "related_links", "byline",
     "timestamp", "legal")
)  # fmt: skip
#: Names of other kinds that never hold copy, and names of these kinds that do (the whole text behind a paywall's gate).
_TELLING_RULES = frozenset(
    ("class:breadcrumb", "class:breadcrumbs", "class:navbar", "class:pagination", "class:menu", "class:footer",
     "class:categories", "tag:footer", "role:dialog", "role:navigation", "class:taglist", "tag:figcaption",
     "class:caption")
)  # fmt: skip
_UNTELLING_RULES = frozenset(
    ("class:paywall", "class:piano", "class:subscriber", "class:metered", "class:teaser", "class:privacy",
     "class:terms")
)  # fmt: skip
#: Phrases of these kinds are taken out of the body; of the others too many are subheads.
_PROMPTS = frozenset(("subscribe_prompt", "notification_prompt", "login_prompt", "comment_widget", "advert"))
_SIGNED = re.compile(r"^(?:by|von|par|por)(?=\w)")
#: Longer paragraphs are not looked up: prompts are short, and the look-up is what cleaning costs most.
_PROMPT_WORDS = 25
#: Share of a body that lines of links may have and still be strangers in it.
_FEW_LINKS = 0.15
#: One class for all elements: lxml.html asks Python for each one's class, which costs more than the parse.
_ONE_CLASS = etree.ElementDefaultClassLookup(element=lxml_html.HtmlElement)
OTHERS_PICTURES = (
    "navigation", "related_links", "advert", "comment_widget", "comment", "subscribe_prompt", "share_prompt",
)  # fmt: skip


def extract_document(document: Document) -> Draft | Refusal:
    """An HTML document taken apart; a page without text gives a draft without body (refusing it is another step's)."""
    if document.refusal:
        return document.refusal
    decoded = decode(document.content, document.charset, is_html=True)
    if isinstance(decoded, Refusal):
        return decoded
    url = url_of(document)
    tree = parse_page(decoded.text)
    if tree is None:
        return Draft(url=url, flags=tuple(decoded.flags), confidence=0.0)
    if isinstance(tree, Refusal):
        return tree
    return _take_apart(tree, document, url, tuple(decoded.flags))


def tell_why(document: Document, draft: Draft) -> dict[tuple[int, int], str]:
    """For each piece of `draft`, by `(0, position)`, how likely it is body and which features told most."""
    decoded = decode(document.content, document.charset, is_html=True)
    tree = None if isinstance(decoded, Refusal) else parse_page(decoded.text)
    if tree is None or isinstance(tree, Refusal):
        return {}
    blocks, nodes, _ = read_page(tree, None)
    waiting: dict[str, list[str]] = {}
    for block, why in zip(blocks, block_reasons(blocks, nodes), strict=False):
        waiting.setdefault(block.text, []).append(why)
    told = ((piece, waiting.get(piece.text)) for piece in draft.pieces)
    return {(0, piece.position): found.pop(0) for piece, found in told if found}


def url_of(document: Document) -> str | None:
    """Where a page was found."""
    return document.given.url or (document.origin if document.origin.startswith(("http://", "https://")) else None)


def parse_page(text: str) -> Any | Refusal | None:
    """The lxml tree of a page; None when there is nothing to parse; a `Refusal` when the parser had to stop midway."""
    data = text.replace("\x00", "").encode("utf-8", "replace")
    if not data.strip():
        return None
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    parser.set_element_class_lookup(_ONE_CLASS)
    try:
        tree = lxml_html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        if any(entry.type == etree.ErrorTypes.ERR_NO_MEMORY for entry in parser.error_log):
            raise MemoryError("libxml2 had no memory for the page") from None
        return None
    if any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log):
        return Refusal(("unreadable",), "extract", "its elements stand in each other deeper than can be parsed (2,048)")
    return tree


def read_page(tree: Any, url: str | None) -> tuple[list[Block], Nodes, Metadata]:
    """The blocks of a page, looked over, and what it says of itself; what nobody sees is gone from the tree then."""
    page = Page(tree)
    open_noscripts(tree, page.noscripts)
    etree.strip_elements(tree, *UNSEEN, with_tail=False)
    root = tree if (body := tree.find("body")) is None else body
    blocks, nodes = list_blocks(root)
    if is_unsaid := put_copy_in(root, page.data, page.title or page.meta("og:title") or "", blocks):
        blocks, nodes = list_blocks(root)
    look_over(blocks, language_code(tree.get("lang")))
    meta = read_metadata(page, blocks, url)
    meta.flags.update(["copy_in_scripts"] if is_unsaid else [])
    return blocks, nodes, meta


def _take_apart(tree: Any, document: Document, url: str | None, flags: tuple[str, ...]) -> Draft:
    # lxml makes a Python object for each element anew whenever nothing holds the last one: a fifth of the time.
    _held = list(tree.iter())
    blocks, nodes, meta = read_page(tree, url)
    phrases = load_phrases(language_code(meta.language))
    labelled = label_blocks(blocks, nodes)
    publisher = rules_for(document, meta.url or url, meta.source)
    ruled = apply_rules(publisher, tree, blocks, labelled.odds, meta) if publisher else Ruled()
    hidden = hidden_copies(blocks, labelled.odds)
    ruled.settle(labelled.odds)
    if ruled.missed:
        flags = (*flags, "publisher_rule_missed")
    verdict = judge_blocks(blocks, labelled, meta, url)
    if ruled.body is not None:
        found = main_text_of(blocks, ruled.body, ruled.rule)
    else:
        barred = {*ruled.labels, *hidden}
        found = find_main_text(tree, blocks, nodes, labelled.odds, meta.article_body, url, barred)
    paragraphs = found.paragraphs
    if not found.is_of_blocks:
        place(paragraphs, blocks)
    mass = _mass(paragraphs, blocks)
    total = sum(len(p.key) for p in paragraphs) or 1
    labels = Labels({element for element, chars in mass.items() if chars >= 0.25 * total})
    headings = {squeeze(h).casefold() for h in meta.headings}
    captions = find_captions(tree, OTHERS_PICTURES, labels.of)
    captions = [c for c in captions if squeeze(c.text or "").casefold() not in headings]
    shown = {squeeze(t) for c in captions for t in (c.text, c.credit, f"{c.text or ''}{c.credit or ''}") if t}

    def other_kind(block: Block) -> str | None:
        if block.key in shown or block.key.casefold() in headings:
            return "caption"
        found = labels.of(block.element)
        return found[0] if found else block.phrase or None

    if not found.is_of_blocks:
        paragraphs = fill_gaps(paragraphs, blocks, other_kind)
    verdicts = _clean(paragraphs, blocks, meta, captions, labels, phrases)
    used = {n for p in paragraphs for n in p.blocks}
    verdicts = [
        ruled.label_of(p.blocks) or label_of_copy(p.blocks, hidden, used) or verdict
        for p, verdict in zip(paragraphs, verdicts, strict=True)
    ]
    ruled.labels = dict.fromkeys(hidden, HIDDEN_COPY) | ruled.labels
    pieces = _pieces(paragraphs, verdicts, blocks, meta, captions, labels, ruled)
    confidence = _confidence(paragraphs, verdicts, blocks, found)
    body_words = sum(p.words for p, v in zip(paragraphs, verdicts, strict=True) if v is None)
    if body_words > 0 and confidence < 0.5:
        flags = (*flags, "unsure")
    if breaks_off(meta, pieces, body_words):
        flags = (*flags, "truncated")
    flags = (*flags, *sorted(meta.flags))
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
        other_odds=verdict.other_odds,
        against=verdict.against,
        is_teaser=is_teaser(meta, blocks, labels, body_words),
        is_amp=meta.is_amp,
    )


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
    paragraphs: list[Paragraph],
    blocks: list[Block],
    meta: Metadata,
    captions: list[Caption],
    labels: Labels,
    phrases: Phrases,
) -> list[Label | None]:
    """For each paragraph None (body), or the kind and rule it is taken out for."""
    headings = {squeeze(h).casefold() for h in meta.headings}
    shown = {squeeze(t) for c in captions for t in (c.text, c.credit, f"{c.text or ''}{c.credit or ''}") if t}
    signed = {_SIGNED.sub("", squeeze(b.text).casefold()) for b in meta.bylines}
    named = [_named(p, blocks, labels) for p in paragraphs]
    # A name that holds a good part of the body is the site's word for its copy, whatever it says elsewhere.
    mass = Counter[Label]()
    for paragraph, label in zip(paragraphs, named, strict=True):
        if label:
            mass[label] += len(paragraph.key)
    total = sum(len(p.key) for p in paragraphs)
    answered = is_answered(paragraphs, named)
    links = _link_lines(paragraphs, blocks)
    verdicts: list[Label | None] = []
    words_before = 0
    for number, (paragraph, label) in enumerate(zip(paragraphs, named, strict=True)):
        words = paragraph.words
        verdict = None
        if paragraph.key.casefold() in headings and words_before < 80:
            verdict = "title", "repeats_title"
        elif words_before < 40 and words <= 12 and _SIGNED.sub("", paragraph.key.casefold()) in signed:
            verdict = "byline", "repeats_byline"
        elif words_before < 40 and words <= 25 and read_timestamp_line(paragraph.text):
            verdict = "timestamp", "timestamp"
        elif len(paragraph.key) >= 12 and paragraph.key in shown:
            verdict = "caption", "repeats_caption"
        elif label and (mass[label] <= 0.2 * total or (answered and label[0] == "comment_widget")):
            verdict = ("comment", label[1]) if label[0] == "comment_widget" and words > 8 else label
        elif number in links:
            verdict = "related_links", "link_line"
        else:
            verdict = _by_words(paragraph, words, blocks, phrases)
        verdicts.append(verdict)
        if verdict is None:
            words_before += words
    return verdicts


def _named(paragraph: Paragraph, blocks: list[Block], labels: Labels) -> Label | None:
    """The name of what stands around a paragraph, where such a name tells that it is no copy."""
    label = labels.of(blocks[paragraph.blocks[0]].element) if paragraph.blocks else None
    return (
        label
        if label and (label[0] in _TELLING_KINDS or label[1] in _TELLING_RULES) and label[1] not in _UNTELLING_RULES
        else None
    )


def _link_lines(paragraphs: list[Paragraph], blocks: list[Block]) -> set[int]:
    """Numbers of the paragraphs that are nothing but a link to another page: `Read more` lines between paragraphs,
    lists of stories after the last one.  Where links are a good part of the body, they stay.
    """
    prose = [n for n, p in enumerate(paragraphs) if p.words >= 20 and not _is_link(p, blocks)]
    last = prose[-1] if prose else len(paragraphs)
    found: set[int] = set()
    chars = 0
    for number, paragraph in enumerate(paragraphs):
        if not _is_link(paragraph, blocks):
            continue
        if number <= last:
            chars += len(paragraph.key)
        words = paragraph.words
        if number > last or (words >= 4 and (paragraph.tag == "p" or paragraph.text.isupper())):
            found.add(number)
    return found if chars <= _FEW_LINKS * sum(len(p.key) for p in paragraphs) else {n for n in found if n > last}


def _is_link(paragraph: Paragraph, blocks: list[Block]) -> bool:
    return bool(paragraph.blocks) and blocks[paragraph.blocks[0]].link_share >= 0.9


def _by_words(paragraph: Paragraph, words: int, blocks: list[Block], phrases: Phrases) -> Label | None:
    """A short paragraph that is a known prompt by its own words."""
    if words > _PROMPT_WORDS:
        return None
    block = blocks[paragraph.blocks[0]] if paragraph.blocks else None
    is_whole = block is not None and block.key == paragraph.key
    match = block.match if block and is_whole else phrases.match(paragraph.text, words)
    if match is None:
        return None
    if match.kind in _PROMPTS or (
        match.kind == "related_links" and paragraph.blocks and blocks[paragraph.blocks[0]].link_share > 0.3
    ):
        return match.kind, match.rule
    return None


# --- pieces


def _pieces(
    paragraphs: list[Paragraph],
    verdicts: list[Label | None],
    blocks: list[Block],
    meta: Metadata,
    captions: list[Caption],
    labels: Labels,
    ruled: Ruled,
) -> list[Piece]:
    """Body and removed pieces in document order; a paragraph that could not be placed follows the one before it."""
    used = {n for p in paragraphs for n in p.blocks}
    rows: list[tuple[int, int, str, str, str, float]] = []
    at = -1
    for order, (paragraph, verdict) in enumerate(zip(paragraphs, verdicts, strict=True)):
        at = max(at, paragraph.blocks[0] if paragraph.blocks else at)
        kind, rule = verdict or (BODY, paragraph.rule)
        rows.append((at, order, paragraph.text, kind, rule, paragraph.confidence if verdict is None else 1.0))
    headings = {squeeze(h).casefold() for h in meta.headings}
    shown = {squeeze(t) for c in captions for t in (c.text, c.credit, f"{c.text or ''}{c.credit or ''}") if t}
    standfirst = squeeze(meta.standfirst or "")
    for number, block in enumerate(blocks):
        if number in used:
            continue
        label: Label
        if number in ruled.labels:
            label = ruled.labels[number]
        elif block.key.casefold() in headings:
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
        rows.append((number, -1, block.text, label[0], label[1], 1.0))
    rows.sort(key=lambda row: row[:2])
    return [Piece(None, n, text, kind, rule, sure) for n, (_, _, text, kind, rule, sure) in enumerate(rows)]


def removed_label(block: Block, labels: Labels) -> Label:
    """What a block outside the body was taken for, and by which rule."""
    label = labels.of(block.element)
    by_text = text_label(block.text)
    if by_text and (label is None or label[0] in ("navigation", "other", "related_links")):
        return by_text
    if label is None:
        return ("related_links", "link_only") if block.link_share >= 0.9 else ("other", "labeller")
    if label[0] == "comment_widget" and block.link_share < 0.5 and count_words(block.text) > 8:
        return "comment", label[1]
    if label[0] in ("timestamp", "byline") and count_words(block.text) > 40:
        return "other", "labeller"
    return label


# --- judgement


def _confidence(
    paragraphs: list[Paragraph], verdicts: list[Label | None], blocks: list[Block], found: MainText
) -> float:
    """0 to 1, less for bodies under 100 words: the F1 that the labeller expects of its own choice.

    Of a body that others found, how much of the labeller's doubt they settle: how much of it is found word for word on
    the page, and how much of the page's running text it covers.
    """
    kept = [p for p, v in zip(paragraphs, verdicts, strict=True) if v is None]
    chars = sum(len(p.key) for p in kept)
    if not chars:
        return 0.0
    length = min(1.0, sum(p.words for p in kept) / 100)
    score = found.confidence
    if not found.is_of_blocks:
        placed = sum(len(p.key) for p in kept if p.blocks) / chars
        prose = sum(len(b.key) for b in blocks if len(b.key) >= 80 and b.link_share < 0.3)
        covered = min(1.0, chars / prose) if prose else 1.0
        score = (found.confidence + placed + covered) / 3 * (1.0 if found.method == "trafilatura" else 0.6)
    return round(score * (0.3 + 0.7 * length), 3)
