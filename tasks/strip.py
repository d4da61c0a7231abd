"""Plain text: the visible text of a page, one block a line, taken apart into the article and everything else.

The way of a document: every line is looked at by itself (`_lines`: furniture phrases, timestamps), captions and credits
are told (`_pictures`), the best run of prose is found (`_region`), what stands above it is read as headline,
standfirst, byline and times (`_head`), and what is left is named by where it stands.  Every line
ends with a kind and a rule.
"""

from schemas.document import Document
from schemas.draft import BODY, Byline, Draft, Piece
from schemas.outcome import Refusal
from tasks._credits import is_bare_agency
from tasks._encoding import decode
from tasks._head import Head, read_head
from tasks._lines import Line, read_lines
from tasks._pictures import collect_captions, label_pictures
from tasks._region import find_region, gain

#: What stands in boxes between two paragraphs of an article, and the most lines that such boxes have together.
BOX_KINDS = frozenset(
    {"subscribe_prompt", "login_prompt", "share_prompt", "related_links", "advert", "caption", "credit"}
)
MOST_BOX_LINES = 6
#: Prose of this many words before a comments header is an article; what follows the header are readers' words.
WORDS_BEFORE_COMMENTS = 80


def strip_document(document: Document) -> Draft | Refusal:
    """A plain-text document as pieces and raw fields; a `Refusal` when its encoding cannot be told."""
    decoded = decode(document.content, document.charset)
    if isinstance(decoded, Refusal):
        return decoded
    return strip_text(decoded.text, decoded.flags)


def strip_text(text: str, flags: tuple[str, ...] = ()) -> Draft:
    """Plain text as pieces and raw fields; every piece of every non-blank line is in `pieces` exactly once."""
    lines = read_lines(text)
    for line in lines:
        if line.match:
            line.take(line.match.kind, line.match.rule)
    label_pictures(lines)
    first, last = find_region(lines)
    first, last = _end_at_comments(lines, first, _past_boxes(lines, last))
    head = read_head(lines, first, last)
    _label_body(lines, head.body_from, last)
    _label_before(lines, head)
    _label_after(lines, last + 1)
    _read_signature(lines, head, last)
    if lines and lines[-1].kind == BODY and lines[-1].words >= 8 and not lines[-1].stops:
        flags = (*flags, "truncated")
    return _to_draft(lines, head, flags)


def _past_boxes(lines: list[Line], last: int) -> int:
    """The end of the prose, moved on over boxes and links that were recognised, as long as a sentence follows them.

    A short sentence right behind the prose belongs to it, and so does a last line that breaks off.
    """
    index = last + 1
    while last >= 0 and index < len(lines) and index - last <= MOST_BOX_LINES:
        line = lines[index]
        if gain(line) > 0 or (index == last + 1 and not line.kind and _ends_prose(lines, index)):
            last = index
        elif line.kind not in BOX_KINDS:
            break
        index += 1
    return last


def _ends_prose(lines: list[Line], index: int) -> bool:
    line = lines[index]
    return not line.stamp and ((line.stops and line.words >= 2) or (index == len(lines) - 1 and line.words >= 8))


def _end_at_comments(lines: list[Line], first: int, last: int) -> tuple[int, int]:
    """The run of prose without the readers' comments at its end."""
    words = 0.0
    total = sum(line.words for line in lines[first : last + 1] if gain(line) > 0)
    for index in range(first, last + 1):
        line = lines[index]
        if gain(line) > 0:
            words += line.words
        elif line.kind == "comment_widget" and words >= max(WORDS_BEFORE_COMMENTS, 0.3 * total):
            while index > first and gain(lines[index - 1]) <= 0:
                index -= 1
            return first, index - 1
    return first, last


def _label_body(lines: list[Line], first: int, last: int) -> None:
    """Inside the run of prose everything is body but what was recognised as something else."""
    for index in range(first, last + 1):
        line = lines[index]
        if line.stamp and not line.kind:
            line.take("timestamp", "timestamp")
        elif not line.kind and is_bare_agency(line.text):
            line.take("credit", "credit:agency alone")
        elif not line.kind:
            line.take(BODY, "prose" if gain(line) > 0 else "prose:between paragraphs", 0.95 if gain(line) > 0 else 0.7)
        elif _is_subhead(lines, index):
            line.take(BODY, "prose:subhead", 0.6)


def _is_subhead(lines: list[Line], index: int) -> bool:
    """A section's name (`Politics`, `Resources`) alone between two paragraphs is a subhead, not navigation."""
    line = lines[index]
    if line.kind != "navigation" or not 0 < index < len(lines) - 1 or line.words > 6:
        return False
    return gain(lines[index - 1]) > 1 and gain(lines[index + 1]) > 1 and line.match is not None and line.match.whole


def _label_before(lines: list[Line], head: Head) -> None:
    """What stands above the body and became no field: navigation, or headlines of other articles."""
    for line in lines[: head.body_from]:
        if line.kind:
            continue
        if line.stamp:
            line.take("timestamp", "timestamp")
        elif line.words < 5:
            line.take("navigation", "above the body:short", 0.8)
        elif line.stops:
            line.take("other", "above the body:sentence", 0.5)
        else:
            line.take("related_links", "above the body:headline", 0.6)


def _label_after(lines: list[Line], first: int) -> None:
    """What stands below the body: readers' comments under their header, then headlines and navigation."""
    section = ""
    for line in lines[first:]:
        if line.kind:
            if line.kind in ("comment_widget", "related_links", "legal", "navigation", "subscribe_prompt"):
                section = line.kind
        elif section == "comment_widget":
            line.take("comment", "below a comments header", 0.7)
        elif line.stamp:
            line.take("timestamp", "timestamp")
        elif section == "related_links" or (line.words >= 5 and not line.stops):
            line.take("related_links", "below the body:headline", 0.7)
        elif line.words < 5:
            line.take("navigation", "below the body:short", 0.7)
        else:
            line.take("other", "below the body:sentence", 0.5)


def _read_signature(lines: list[Line], head: Head, last: int) -> None:
    """A byline or timestamp directly under the body serves where the head had none."""
    for line in lines[last + 1 : last + 6]:
        if line.stamp and not head.published:
            head.take_stamp(line)
        elif not head.bylines and line.kind in ("navigation", "related_links", "byline") and head.is_byline(line):
            line.take("byline", "byline:below the body")
            head.bylines.append(line.text)


def _to_draft(lines: list[Line], head: Head, flags: tuple[str, ...]) -> Draft:
    words = sum(line.words for line in lines if line.kind == BODY)
    prose = sum(line.words for line in lines if line.words >= 8 and (line.stops or line.kind == BODY))
    return Draft(
        pieces=tuple(piece for line in lines for piece in _pieces(line)),
        title=head.title,
        standfirst=head.standfirst,
        bylines=tuple(Byline(text) for text in head.bylines),
        published=tuple(head.published),
        updated=tuple(head.updated),
        source=_source(lines),
        captions=tuple(collect_captions(lines)),
        flags=flags,
        # How much of the page's prose the body is, damped for short bodies (100 words are a short news item).
        confidence=round(min(1.0, words / 100) ** 0.5 * (words / prose if prose else 0.0), 3),
    )


def _pieces(line: Line) -> list[Piece]:
    """One line as pieces: cut in two where a credit stands at the end of a caption."""
    if line.cut is None or line.kind != "caption":
        return [Piece(line.number, line.offset, line.raw, line.kind, line.rule, line.confidence)]
    at = line.cut[0]
    caption, credit = line.raw[:at].rstrip(), line.raw[at:]
    skipped = len(credit) - len(credit.lstrip())
    return [
        Piece(line.number, line.offset, caption, "caption", line.rule, line.confidence),
        Piece(
            line.number,
            line.offset + at + skipped,
            credit.strip(),
            "credit",
            "credit:behind its caption",
            line.confidence,
        ),
    ]


def _source(lines: list[Line]) -> str | None:
    """The outlet that a notification prompt names, else the copyright line."""
    for kind in ("notification_prompt", "legal"):
        for line in lines:
            if line.kind == kind and line.match and line.match.source and len(line.match.source.split()) <= 6:
                return line.match.source
    return None
