"""The stretches that a copy is made of: its lines, and those cut again that hold several paragraphs.

A line is cut at tabs and wide spaces, and at sentences glued to each other.  A page that lost its line breaks is cut
where `_cuts` finds that they were; what is longer than any paragraph still, at every sentence.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from tasks._cuts import CUT_FROM, PARAGRAPH_FROM, SENTENCE_FROM, Cuts, count_glued, find_cuts
from tasks._text import clean_line
from tasks._trees import Model

BREAK = re.compile(r"\r\n|\r|\n")
#: Inside a line that is longer than any paragraph, sentences are looked at one by one.
LONGEST_PARAGRAPH = 3000
#: Breaks within a line are looked for in lines from this length on.
LONG_LINE = 300
#: Words are taken to be glued to each other where capitals behind small letters are as many of the characters as this
#: (of public pages one in ten has so many, for its names of products), more than FEWEST_GLUED, and where a line is more
#: likely than not to begin there, in the mean.
OFTEN_GLUED = 0.005
FEWEST_GLUED = 8
#: In a line that may be a paragraph so many lines must be found.
FEWEST_LINES = 3
#: Blank lines stand between so many of all lines where something other than a writer put them there; of these lines
#: so many begin with a small letter where copy was wrapped or split.
EVERYWHERE, OFTEN_AMID = 0.95, 0.02
_TAB = re.compile(r"\t+|[\u2028\u2029\v\f]+")
_WIDE_SPACE = re.compile(r" {3,}|\t+|[\u2028\u2029\v\f]+")
_GLUED = re.compile(r"(?<=[a-zß-ÿ]{3}[.!?])(?=[A-Z][a-z]* )|(?<=[a-zß-ÿ]{3}[.!?][\"”’])(?=[A-Z“\"])")
#: What each of them has; most lines have none, which saves looking behind at every character.
_MAYBE_GLUED = re.compile(r"[.!?][\"”’]?[A-Z“\"]")
SENTENCE = re.compile(r"(?<=[.!?…][\"”’)\]])\s+|(?<=[^A-Z\W][.!?…])\s+(?=[^a-z\s])|(?<=[。！？।؟])(?![」』”’)）])\s*")


class Part(NamedTuple):
    """A stretch of a line of the copy.

    `number`: 1-based line.  `offset`: characters of that line before it.  `raw`: as it stands, without white space at
    the ends; `text`: the same, cleaned.  `gap`: a blank line stands above.  `goes_on`: True where it is the next
    sentence of the line, False where a break within the line says that it begins a paragraph; None where that is to be
    found out.  `guessed`: the copy has no line break before it, nor anything else that says that a line begins.
    """

    number: int
    offset: int
    raw: str
    text: str
    gap: bool = False
    goes_on: bool | None = None
    guessed: bool = False


def read_parts(text: str) -> list[Part]:
    """The non-blank lines of `text`, cut where a line holds several paragraphs."""
    parts: list[Part] = []
    gap = False
    for number, full in enumerate(BREAK.split(text) if "\r" in text else text.split("\n"), 1):
        raw = full.strip()
        text = raw if raw.isascii() and raw.isprintable() and "  " not in raw else clean_line(raw)  # most are clean
        offset = 0 if raw is full else len(full) - len(full.lstrip())
        if text and raw.isprintable() and (len(raw) < LONG_LINE or _is_whole(raw)):  # most lines: no tab in them
            parts.append(Part(number, offset, raw, text, gap))
        elif text:
            parts += _cut(Part(number, offset, raw, text, gap))
        elif raw:  # control characters only: kept for the account
            parts.append(Part(number, offset, raw, "", gap, False))
        gap = not text
    return _without_gaps(parts) if _are_gaps_empty(parts) else parts


def _are_gaps_empty(parts: Sequence[Part]) -> bool:
    """Whether blank lines say nothing: they stand everywhere, also where a line begins amid a sentence."""
    if sum(part.gap for part in parts) < EVERYWHERE * (len(parts) - 1):
        return False
    return sum(part.text[:1].islower() for part in parts) >= OFTEN_AMID * len(parts) > 0


def _without_gaps(parts: Sequence[Part]) -> list[Part]:
    return [part._replace(gap=False) for part in parts]


def _is_whole(raw: str) -> bool:
    """Whether a long line without tabs is one paragraph."""
    return len(raw) <= LONGEST_PARAGRAPH and "   " not in raw and not _MAYBE_GLUED.search(raw)


def _cut(part: Part) -> Iterator[Part]:
    if len(part.raw) < LONG_LINE:
        yield from _split(part, _TAB, goes_on=False)
        return
    for paragraph in _split(part, _WIDE_SPACE, goes_on=False):
        yield from _split(paragraph, _GLUED, goes_on=False) if _MAYBE_GLUED.search(paragraph.raw) else (paragraph,)


def text_of(parts: Iterable[Part]) -> str:
    """The parts as lines of a text."""
    return "\n".join(part.raw for part in parts)


def cut_parts(parts: list[Part], model: Model) -> list[Part]:
    """The same, cut into lines and sentences where the copy lost its line breaks.

    Those are looked for in a part that is longer than any paragraph, or more than half of the copy; and where words
    are glued to each other, in all of it.
    """
    text = text_of(parts)
    longest = min(LONGEST_PARAGRAPH, max(LONG_LINE, len(text) / 2))
    may_be_glued = count_glued(text) > max(FEWEST_GLUED, OFTEN_GLUED * len(text))
    if not may_be_glued and all(len(part.raw) <= longest for part in parts):
        return parts
    cuts = find_cuts(text, model)
    is_glued = may_be_glued and cuts is not None and cuts.odds[cuts.glued].mean() > 0.5
    told: list[Part] = []
    begin = 0
    for part in parts:
        is_long = len(part.raw) > longest
        places = _places(cuts, part, begin, is_long=is_long, is_glued=is_glued) if cuts else []
        for line in _cut_at(part, places) if places else (part,):
            is_guess = line.offset > part.offset and not line.goes_on
            line = line._replace(guessed=True) if is_guess else line
            told += _split(line, SENTENCE, goes_on=True) if len(line.raw) > LONGEST_PARAGRAPH else (line,)
        begin += len(part.raw) + 1
    return told


def _places(cuts: Cuts, part: Part, begin: int, *, is_long: bool, is_glued: bool) -> list[tuple[int, int, bool]]:
    """Where a part that begins behind so many characters is cut, and whether what is behind each place goes on.

    One that may be a paragraph is so only where lines begin in it of which the one above ended as no sentence does.
    """
    span = slice(*np.searchsorted(cuts.begins, (begin + 1, begin + len(part.raw))))
    odds, glued = cuts.odds[span], cuts.glued[span]
    prose = cuts.ends[span] & ~glued
    lines = (odds > np.where(prose, PARAGRAPH_FROM, CUT_FROM)) & (is_glued | ~glued)
    if is_long and (len(part.raw) > LONGEST_PARAGRAPH or (lines & ~prose).sum() >= FEWEST_LINES):
        chosen = lines | (prose & (odds > SENTENCE_FROM))
    else:
        chosen = lines & glued
    at = (cuts.begins[span][chosen] - begin).tolist()
    return [(place, place, not line) for place, line in zip(at, lines[chosen].tolist(), strict=True)]


def _split(part: Part, pattern: re.Pattern[str], *, goes_on: bool) -> Iterator[Part]:
    return _cut_at(part, ((found.start(), found.end(), goes_on) for found in pattern.finditer(part.raw)))


def _cut_at(part: Part, places: Iterable[tuple[int, int, bool]]) -> Iterator[Part]:
    """The stretches of a part between these places, each with whether what is behind it goes on."""
    start, goes = 0, part.goes_on
    raw = part.raw
    for end, begin, goes_on in places:
        if raw[start:end].strip():
            yield _stretch(part, start, end, goes)
            start, goes = begin, goes_on
    if raw[start:].strip():
        yield _stretch(part, start, len(raw), goes)


def _stretch(part: Part, start: int, end: int, goes_on: bool | None) -> Part:
    raw = part.raw[start:end]
    skipped = len(raw) - len(raw.lstrip())
    raw = raw.strip()
    return Part(part.number, part.offset + start + skipped, raw, clean_line(raw), part.gap, goes_on)
