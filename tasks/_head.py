"""What stands above the body: headline, standfirst, byline, times."""

import re
from collections import Counter
from dataclasses import dataclass, field

from schemas.draft import Byline
from tasks._dates import read_dated_line
from tasks._lines import Line
from tasks._names import is_person_name, read_authors
from tasks._pictures import MOST_CAPTION_WORDS
from tasks._region import gain
from tasks._text import folded_words

#: How far above the body a headline is looked for; longer heads are menus.
LINES_ABOVE = 60
#: How far into the run of prose a headline may stand, when prompts or teasers above it read like prose.
LINES_INSIDE = 12

_SIGNED = re.compile(
    r"^(?:by|words by|text by|story by|written by|posted by|reported by|report by|analysis by|opinion by|"
    r"interview by|review by|"
    r"von|par|por|di|door|af|av|przez|autor|autora|autorin|text|texte|texto|testo|tekst|автор|автор:|тексты?)\s*[:.]?\s+(?=\w)",
    re.I,
)
#: How a headline may end, of the ways in which a sentence ends.
_ASKS = re.compile(r"(?:[?!？！…]|\.\.\.)['\"”’»“)\]』」]*$")
_OUTLET_TAIL = re.compile(r"\s+[|–—»·-]\s+[^|–—»·]{2,40}$")


@dataclass(slots=True)
class Head:
    """The fields read above the body; `body_from`: index of the first line that may be body."""

    body_from: int
    title: str | None = None
    standfirst: str | None = None
    bylines: list[str] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)

    def take_stamp(self, line: Line) -> None:
        """Note the times of a timestamp line."""
        line.take("timestamp", "timestamp")
        if line.stamp and line.stamp.published:
            self.published.append(line.stamp.published)
        if line.stamp and line.stamp.updated:
            self.updated.append(line.stamp.updated)

    @staticmethod
    def is_byline(line: Line) -> bool:
        """Whether the line signs the article: `By NAME`, or nothing but a name."""
        if line.stamp or line.words > 25 or (line.stops and line.words > 12):
            return False
        signed = _SIGNED.match(line.text)
        if signed and not line.text[signed.end()].islower():
            return line.words <= 6 or is_person_name(line.text[signed.end() :].split(",")[0].split(" in ")[0])
        return line.words <= 8 and is_person_name(line.text)


def read_head(lines: list[Line], first: int, last: int) -> Head:
    """Read the head of the article whose prose runs from `first` to `last`; labels the lines it uses."""
    head = Head(body_from=first)
    if last < first:
        head.body_from = len(lines)
    title = _find_title(lines, first, last)
    if title is None:
        _read_untitled(lines, head, first, last)
        return head
    head.title = lines[title].text
    lines[title].take("title", "title:best headline above the body", 0.8)
    _take_copies(lines, title, first)
    _read_above(lines, head, title)
    head.body_from = _read_below(lines, head, title, last)
    _read_inside(lines, head, last)
    return head


def _find_title(lines: list[Line], first: int, last: int) -> int | None:
    """The index of the headline: the line near the top of the body that shares most with it."""
    if last < first:
        return None
    body = [w for line in lines[first : last + 1] if gain(line) > 0 for w in folded_words(line.text)]
    vocabulary = set(body)
    stems = {w[:5] for w in vocabulary if len(w) >= 5}
    copies = Counter(line.text.casefold() for line in lines)
    best, best_score = None, 1.35
    inside = min(last, first + LINES_INSIDE)
    words_above, total = 0.0, sum(line.words for line in lines[first : last + 1] if gain(line) > 0)
    scores: dict[int, float] = {}
    for index in range(max(0, first - LINES_ABOVE), inside + 1):
        line = lines[index]
        if index > first and gain(lines[index - 1]) > 0:
            words_above += lines[index - 1].words
        if not _may_be_title(line):
            continue
        anchored = _anchor_below(lines, index)
        if index >= first and not (anchored and words_above <= 0.25 * total):
            continue
        telling = [w for w in folded_words(line.text) if len(w) >= 4 or not w.isascii()]
        shared = sum(w in vocabulary or w[:5] in stems for w in telling) / max(len(telling), 2)
        if index >= first and shared < 0.5:
            continue
        score = (
            2.0 * shared
            + min(line.words, 8.0) / 8
            + (0.8 if anchored else 0.3 if _prompt_below(lines, index) else 0.0)
            + (0.4 if copies[line.text.casefold()] > 1 else 0.0)
            - min(0.6, 0.02 * max(0, first - index))
            - (0.3 if line.words > 22 else 0.0)
            - (0.7 if line.bullet else 0.0)
        )
        scores[index] = score
        if score > best_score:
            best, best_score = index, score
    # A standfirst often shares more words with the body than the headline above it.
    while (
        best is not None
        and lines[best].words >= 7
        and scores.get(best - 1, 0) >= scores[best] - 1.2
        and lines[best - 1].words >= 5
    ):
        best -= 1
    # Breadcrumbs are sometimes glued to the headline that stands alone on the next line.
    if (
        best is not None
        and best + 1 < len(lines)
        and len(lines[best + 1].text) >= 12
        and lines[best].text.endswith(lines[best + 1].text)
    ):
        return best + 1
    return best


def _may_be_title(line: Line) -> bool:
    if line.kind or line.stamp or not 2 <= line.words <= 32:
        return False
    if (line.stops and not _ASKS.search(line.text)) or line.text[-1] in ";,:":
        return False
    return not Head.is_byline(line)


def _anchor_below(lines: list[Line], index: int) -> bool:
    """Whether a byline, a timestamp, a credit or a comments link follows before the second paragraph."""
    prose = 0
    for line in lines[index + 1 : index + 7]:
        if line.stamp or line.kind in ("credit", "caption", "byline") or (not line.kind and Head.is_byline(line)):
            return True
        if not line.kind and gain(line) > 0:
            prose += 1
            if prose > 1 or line.words > 60:
                return False
    return False


def _prompt_below(lines: list[Line], index: int) -> bool:
    """Whether share buttons, a reading time or a comments link stand right below, as they do below a headline."""
    return any(line.kind in ("share_prompt", "comment_widget", "other") for line in lines[index + 1 : index + 4])


def _take_copies(lines: list[Line], title: int, first: int) -> None:
    """The headline printed again near the top, also with the outlet behind it, is headline too."""
    bare = lines[title].text.casefold()
    for index in range(max(0, min(title, first) - LINES_ABOVE), min(len(lines), max(title, first) + LINES_INSIDE)):
        line = lines[index]
        if index == title or line.kind or not line.text:
            continue
        text = line.text.casefold()
        if text == bare or _OUTLET_TAIL.sub("", text) == bare:
            line.take("title", "title:printed again")


def _read_above(lines: list[Line], head: Head, title: int) -> None:
    """Times and bylines in the few lines above the headline."""
    for line in lines[max(0, title - 4) : title]:
        if line.kind:
            continue
        if line.stamp:
            head.take_stamp(line)
        elif _take_dated(head, line):
            continue
        elif _SIGNED.match(line.text) and head.is_byline(line):
            line.take("byline", "byline:above the headline")
            head.bylines.append(line.text)


def _read_below(lines: list[Line], head: Head, title: int, last: int) -> int:
    """Walk down from the headline to the first paragraph of the body; returns its index."""
    index = title + 1
    while index <= last:
        line = lines[index]
        if line.kind:
            if line.kind == "byline" and _names_follow(lines, index):
                _sign(head, lines[index + 1], "byline:below 'by'")
        elif line.stamp:
            head.take_stamp(line)
        elif _take_dated(head, line):
            pass
        elif head.is_byline(line) and not (line.stops and gain(line) > 0):
            _sign(head, line, "byline:own line")
        elif not head.bylines and _signs_as_organisation(line, lines[index - 1]):
            _sign(head, line, "byline:an organisation's own line")
        elif _is_standfirst(lines, head, title, index):
            head.standfirst = line.text
            line.take("standfirst", "standfirst:between headline and body", 0.7)
        elif _twice(lines, index):
            _take_twice(lines, index)
        elif gain(line) > 0 or line.words > MOST_CAPTION_WORDS:
            return index
        elif not _anchored(lines, index, last):
            # A short line right above the first paragraph, with nothing of the head after it: the body's own.
            return index if line.words >= 4 or line.stops else index + 1
        elif line.words >= 5:
            line.take("caption", "caption:unstopped line in the head", 0.5)
        index += 1
    return min(index, last + 1)


def _read_inside(lines: list[Line], head: Head, last: int) -> None:
    """Times and bylines that stand below the first paragraph or two, as on pages that open with a summary."""
    for index in range(head.body_from, min(last, head.body_from + LINES_INSIDE) + 1):
        line = lines[index]
        if line.kind or gain(line) > 0:
            continue
        if line.stamp:
            head.take_stamp(line)
        elif not head.published and _take_dated(head, line):
            continue
        elif not head.bylines and head.is_byline(line):
            near = lines[max(0, index - 2) : index + 3]
            if _SIGNED.match(line.text) or any(other.stamp for other in near):
                _sign(head, line, "byline:below the first paragraph")


def _take_dated(head: Head, line: Line) -> bool:
    """A line that signs and dates at once (`By Ann Lee on Dec. 13, 2025`), or dates with a few words around."""
    if line.words > 25 or line.stops or line.bullet:
        return False
    found = read_dated_line(line.text)
    if found is None:
        return False
    words, stamp = found
    signs = bool(_SIGNED.match(words)) or is_person_name(words.split(" · ")[0].split(" | ")[0])
    if not signs and len(words.split()) > 4:
        return False
    head.published += [stamp.published] if stamp.published else []
    head.updated += [stamp.updated] if stamp.updated else []
    if signs and not head.bylines:
        head.bylines.append(words)
    line.take("byline" if signs else "timestamp", "byline:with its date" if signs else "timestamp:with other words")
    return True


def _signs_as_organisation(line: Line, above: Line) -> bool:
    """An agency or a desk alone on the line below the headline, the standfirst or the time."""
    if line.words > 5 or line.stops or above.kind not in ("title", "standfirst", "timestamp"):
        return False
    return read_authors([Byline(line.text)], None)[1] == ("organisation",)


def _sign(head: Head, line: Line, rule: str) -> None:
    line.take("byline", rule)
    head.bylines.append(line.text)


def _names_follow(lines: list[Line], index: int) -> bool:
    line = lines[index]
    after = lines[index + 1] if index + 1 < len(lines) else None
    return bool(
        line.match and line.match.whole and after and not after.kind and after.words <= 8 and is_person_name(after.text)
    )


def _anchored(lines: list[Line], index: int, last: int) -> bool:
    """Whether the head still goes on after `index`: a byline, timestamp or picture before the next paragraph."""
    for line in lines[index + 1 : min(last + 1, index + 7)]:
        if line.stamp or line.kind in ("credit", "caption", "comment_widget", "byline", "standfirst"):
            return True
        if not line.kind and Head.is_byline(line):
            return True
        if not line.kind and gain(line) > 0:
            return False
    return False


def _is_standfirst(lines: list[Line], head: Head, title: int, index: int) -> bool:
    """The first line under the headline, when the head goes on after it or when it does not end as a sentence."""
    line = lines[index]
    if head.standfirst or not 4 <= line.words <= 60 or line.bullet or _twice(lines, index):
        return False
    between = [other for other in lines[title + 1 : index] if not other.kind or other.kind in ("caption", "credit")]
    if between:
        return False
    if _anchored(lines, index, len(lines) - 1):
        return True
    signed = bool(head.bylines or head.published)
    return not line.stops and line.words >= 6 and not signed


def _twice(lines: list[Line], index: int) -> bool:
    """A line that stands twice in a row is a caption (as text and as the picture's description)."""
    after = lines[index + 1] if index + 1 < len(lines) else None
    return bool(after and not after.kind and after.words >= 3 and after.text == lines[index].text)


def _take_twice(lines: list[Line], index: int) -> None:
    for line in lines[index : index + 2]:
        line.take("caption", "caption:printed twice")


def _read_untitled(lines: list[Line], head: Head, first: int, last: int) -> None:
    """Without a headline: times and bylines right above the body, then the body."""
    for line in lines[max(0, first - 4) : first]:
        if line.stamp and not line.kind:
            head.take_stamp(line)
        elif not line.kind and head.is_byline(line) and _SIGNED.match(line.text):
            _sign(head, line, "byline:above the body")
    while head.body_from <= last and lines[head.body_from].kind:
        head.body_from += 1
