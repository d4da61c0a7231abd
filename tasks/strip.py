"""Plain text: the visible text of a page, one block a line, taken apart into the article and everything else.

The way of a document: its lines are cut (`_parts`), put together (`_joins`) and looked at one by one (`_lines`:
furniture phrases, timestamps); the labeller says how likely each is body, headline, byline, time or caption
(`_labeller`); rules settle what it confuses: captions and credits (`_pictures`), the head (`_head`), readers'
comments, what stands in boxes. What is left is named by where it stands. Every line ends with a kind and a rule.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from schemas.document import Document
from schemas.draft import BODY, Byline, Draft, Piece, glue
from schemas.outcome import Refusal
from schemas.publisher import Publisher
from tasks._comments import take_threads
from tasks._credits import is_bare_agency
from tasks._endings import take_endings
from tasks._features import best_run, prose_of
from tasks._head import Head, is_likely_caption, read_head
from tasks._headline import SURE
from tasks._labeller import label, reasons
from tasks._lines import Line, read_lines
from tasks._memory import Memory, Recall
from tasks._phrases import LONGEST_LINE, fold
from tasks._pictures import collect_captions, cut_credit, label_pictures
from tasks._plain_text import read_text
from tasks._publishers import rules_for
from tasks._shapes import read_shapes
from tasks._sources import named_source, source_of
from tasks._topics import read_section, read_tags

#: Expected F1 of the chosen lines, below which the labeller is said to be unsure.
UNSURE_BELOW = 0.75
#: Below this the best run of prose is body beside the labeller's choice (cross-validated by site: F1 .28 on 1.7% of
#: public pages, .22 with that run alone, .20 without it).
LOST_BELOW = 0.7
#: A line of that run that is no prose must be as likely as this.
POSSIBLE = 0.3
UNDER_COMMENTS = 4
#: A body of fewer words is none.
FEWEST_WORDS = 20
#: What stands in boxes between two paragraphs, and the most lines that such a box has.
BOX_KINDS = frozenset(
    {"subscribe_prompt", "login_prompt", "share_prompt", "related_links", "advert", "caption", "credit"}
)
MOST_BOX_LINES = 6
NOT_RULED_OUT = 0.1
NEARLY = 0.45
SHORTEST_COPY = 5
#: So sure must the labeller be that a line which begins like an editor's note is body all the same.
SURE_OF_NOTE = 0.97
SHORTEST_SHOUTED = 9
LIKELY_LIST = 0.3
NEAR_LIST = 2
#: What such a line begins goes on below it.
SECTIONS = frozenset(("comment_widget", "related_links", "legal", "navigation", "subscribe_prompt"))


def strip_document(document: Document, memory: Memory | None = None) -> Draft | Refusal:
    """A plain-text document as pieces and raw fields; a `Refusal` when its encoding cannot be told.

    `memory`: what was learned of sources, if anything was.
    """
    decoded = read_text(document.content, document.charset)
    if isinstance(decoded, Refusal):
        return decoded
    return strip_text(decoded.text, decoded.flags, Recall(memory, document) if memory else None, document)


def strip_text(
    text: str, flags: tuple[str, ...] = (), recall: Recall | None = None, document: Document | None = None
) -> Draft:
    """Plain text as pieces and raw fields; every piece of every non-blank line is in `pieces` exactly once.

    `recall`: what is known of the lines from other articles of the source.  `document`: what the text is from, for
    the rules of its outlet.
    """
    lines = read_lines(text)
    if any(part.guessed for line in lines for part in line.parts):
        flags = (*flags, "lines_guessed")
    verdict = label(lines)
    for line in lines:
        sure = SURE_OF_NOTE if line.match and line.match.kind == "other" else SURE
        if line.match and (line.match.whole or line.body < sure):
            line.take(line.match.kind, line.match.rule)
    if document and (publisher := rules_for(document, None, source_of(document, lines))):
        _take_phrases(lines, publisher)
    label_pictures(lines)
    if recall:
        recall.fill_seen(lines)
        recall.take_known_furniture(lines)
    take_threads(lines)
    confidence = _confidence(lines)
    if confidence < UNSURE_BELOW and any(line.words for line in lines):
        flags = (*flags, "unsure")
        _fall_back(lines, confidence)
    head = read_head(lines)
    _label_captions(lines)
    _past_boxes(lines)
    _whole_lists(lines)
    take_endings(lines)
    _label_body(lines)
    places = [n for n, line in enumerate(lines) if line.kind == BODY]
    tags = read_tags(lines, places[0], places[-1]) if places else []
    _label_rest(lines, places[0] if places else len(lines), places[-1] if places else len(lines))
    if lines and lines[-1].kind == BODY and lines[-1].words >= 8 and not lines[-1].stops:
        flags = (*flags, "truncated")
    draft = _to_draft(lines, head, (*flags, *head.flags), confidence)
    title = next((n for n, line in enumerate(lines) if line.kind == "title"), None)
    section = read_section(lines, title) if title is not None else None
    return replace(draft, section=section, tags=tuple(tags), other_odds=verdict.other_odds, against=verdict.against)


def _take_phrases(lines: Sequence[Line], publisher: Publisher) -> None:
    """The outlet's own furniture, as its rules have it."""
    for line in lines if publisher.phrases else ():
        if len(line.text) <= LONGEST_LINE and (kind := publisher.phrases.get(fold(line.text))):
            line.take(kind, publisher.rule)


def tell_why(document: Document) -> dict[tuple[int, int], str]:
    """For each stretch of the copy, by line and character, how likely it is body and which features told most."""
    decoded = read_text(document.content, document.charset)
    lines = [] if isinstance(decoded, Refusal) else read_lines(decoded.text)
    label(lines)
    return {
        (part.number, part.offset): f"body {line.body:.2f}: {why}"
        for line, why in zip(lines, reasons(lines), strict=True)
        for part in line.parts
    }


def _confidence(lines: Sequence[Line]) -> float:
    """The F1 that the labeller expects of the lines it takes for body, counted in words; 0 where there are none."""
    free = [(line.words, line.body) for line in lines if not line.kind]
    right = sum([words * odds for words, odds in free if odds > 0.5])
    wrong = sum([words for words, odds in free if odds > 0.5]) - right
    missed = sum([words * odds for words, odds in free if odds <= 0.5])
    return 2 * right / (2 * right + wrong + missed) if right else 0.0


def _fall_back(lines: Sequence[Line], confidence: float) -> None:
    """Where the labeller finds next to no body, or knows nothing of such a page, the best run of prose is body too."""
    if confidence >= LOST_BELOW and sum(line.words for line in lines if line.is_body) >= FEWEST_WORDS:
        return
    shapes = read_shapes([line.text or "." for line in lines])
    prose = prose_of(shapes)
    prose[[bool(line.kind or line.stamp) for line in lines]] = 0
    # What readers are told above their comments is in whole sentences, too.
    for number in (n for n, line in enumerate(lines) if line.kind == "comment_widget"):
        prose[number : number + UNDER_COMMENTS] = 0
    first, last = best_run(prose, shapes.words)
    for line, told in zip(lines[first : last + 1], prose[first : last + 1], strict=True):
        if not line.kind and not line.stamp and (told > 0 or line.body > POSSIBLE):
            line.body = max(line.body, 0.51)


def _label_captions(lines: Sequence[Line]) -> None:
    for line in lines:
        if is_likely_caption(line):
            line.take("caption", "caption:labeller", round(line.role("caption"), 3))
            at, credit = cut_credit(line)
            if credit:
                line.cut = (at, credit)


def _past_boxes(lines: Sequence[Line]) -> None:
    """Sentences behind a box at the end of the body belong to it, where the labeller does not rule that out.

    So does a last line that breaks off.
    """
    last = next((n for n in reversed(range(len(lines))) if lines[n].is_body), None)
    if last is None:
        return
    for number in range(last + 1, min(len(lines), last + 1 + MOST_BOX_LINES)):
        line = lines[number]
        breaks_off = number == last + 1 and line.text.endswith(("...", "…"))
        goes_on = line.stops and (line.words >= SHORTEST_COPY or breaks_off or line.body >= NEARLY)
        if goes_on and not line.kind and not line.stamp and line.body >= NOT_RULED_OUT:
            line.body = 0.51
        elif line.kind not in BOX_KINDS:
            return


def _whole_lists(lines: Sequence[Line]) -> None:
    """A bulleted list amid the body belongs to it whole, where it is as likely to as LIKELY_LIST."""
    number = 0
    while number < len(lines):
        if not lines[number].bullet:
            number += 1
            continue
        end = number
        while end < len(lines) and lines[end].bullet and not lines[end].kind:
            end += 1
        items = lines[number:end]
        amid = len(items) > 1 and all(
            any(line.is_body and not line.bullet for line in near)
            for near in (lines[max(0, number - NEAR_LIST) : number], lines[end : end + NEAR_LIST])
        )
        words = sum(line.words for line in items)
        if amid and sum(line.body * line.words for line in items) > LIKELY_LIST * words:
            for line in items:
                line.body = max(line.body, 0.51)
        number = max(end, number + 1)


def _label_body(lines: Sequence[Line]) -> None:
    for line in lines:
        if not line.kind and line.is_body:
            if is_bare_agency(line.text):
                line.take("credit", "credit:agency alone")
            # Between two paragraphs a long line in capitals links to another article.
            elif line.words >= SHORTEST_SHOUTED and not line.stops and line.body < SURE and line.text.isupper():
                line.take("related_links", "inside the body:headline in capitals", round(1 - line.body, 3))
            elif line.stamp and line.body < SURE:
                line.take("timestamp", "timestamp")
            else:
                line.take(BODY, "labeller", round(line.body, 3))


def _label_rest(lines: Sequence[Line], first: int, last: int) -> None:
    """What became neither body nor field is named by where it stands: above the body from `first` to `last`, inside it
    or below; readers' comments under their header.
    """
    section = ""
    copies = {line.folded for line in lines if line.kind == BODY and line.words >= SHORTEST_COPY}
    for number, line in enumerate(lines):
        if line.kind:
            if number > first and line.kind in SECTIONS:
                section = line.kind
            elif line.kind == BODY:
                section = ""
            continue
        where = "above the body" if number < first else "below the body" if number > last else "inside the body"
        sure = round(1 - line.body, 3)
        if line.folded in copies:
            line.take("repeated", "repeated:stands in the body")
        elif section == "comment_widget":
            line.take("comment", "below a comments header", sure)
        elif line.stamp:
            line.take("timestamp", "timestamp")
        elif section == "related_links" or (line.words >= 5 and not line.stops):
            line.take("related_links", f"{where}:headline", sure)
        elif line.words < 5:
            line.take("navigation", f"{where}:short", sure)
        else:
            line.take("other", f"{where}:sentence", sure)


def _to_draft(lines: Sequence[Line], head: Head, flags: tuple[str, ...], confidence: float) -> Draft:
    words = sum([line.words for line in lines if line.kind == BODY])
    return Draft(
        pieces=tuple(_pieces(lines)),
        title=head.title,
        standfirst=head.standfirst,
        bylines=tuple(Byline(text) for text in head.bylines),
        published=tuple(head.published),
        updated=tuple(head.updated),
        source=named_source(lines),
        captions=tuple(collect_captions(lines)),
        flags=flags,
        # Damped for short bodies: 100 words are a short news item.
        confidence=round(min(1.0, words / 100) ** 0.5 * confidence, 3),
    )


def _pieces(lines: Sequence[Line]) -> Iterator[Piece]:
    """The lines as pieces: one for each stretch of the copy, which is cut in two where a credit begins."""
    for line in lines:
        if len(line.parts) == 1 and not line.cut:  # most lines
            part = line.parts[0]
            joins = line.kind == BODY and part.goes_on is True
            yield Piece(part.number, part.offset, part.raw, line.kind, line.rule, line.confidence, joins)
        else:
            yield from _cut_pieces(line)


def _cut_pieces(line: Line) -> Iterator[Piece]:
    cut = line.cut[0] if line.cut and line.kind == "caption" else len(line.raw)
    start, before = 0, ""
    for part in line.parts:
        start += len(glue(before, part.raw)) if before else 0
        at = min(max(cut - start, 0), len(part.raw))
        if text := part.raw[:at].rstrip():
            joins = line.kind == BODY and (bool(before) or part.goes_on is True)
            yield Piece(part.number, part.offset, text, line.kind, line.rule, line.confidence, joins)
        if credit := part.raw[at:].strip():
            skipped = len(part.raw[at:]) - len(part.raw[at:].lstrip())
            rule = "credit:behind its caption"
            yield Piece(part.number, part.offset + at + skipped, credit, "credit", rule, line.confidence)
        start += len(part.raw)
        before = part.raw
