"""The shape of each line of a copy as numbers: how long, of which characters, how it begins and ends.

All lines are looked at together, as one array of characters: a loop over lines costs ten times as much.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache, lru_cache

import numpy as np

#: Classes of characters.  `CASELESS`: letters of scripts without capitals; `UNSPACED`: those written without spaces,
#: two of which make about a word; `BAR`: what stands between the items of menus and credits.
(
    OTHER, LOWER, UPPER, CASELESS, UNSPACED, DIGIT, SPACE, STOP, COMMA, COLON, QUOTE, OPEN, CLOSE, DASH, BAR, SIGN,
    MARK,
) = range(17)  # fmt: skip
CLASSES = 17

#: Characters that are looked at at once, and at either end of a line.
CHARACTERS_AT_ONCE = 1_000_000
LONGEST_END = 10_000

_NAMED = {
    STOP: ".!?…。！？।؟۔",
    COMMA: ",;،、，；",
    COLON: ":：",
    QUOTE: "\"'“”‘’„«»‹›「」『』",
    BAR: "|/>•·▪●‣◦→←+*",
    SIGN: "@#©®™&%$€£=_\\~^",
}
_UNSPACED = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF), (0x3400, 0x9FFF), (0xF900, 0xFAFF))
_BY_CATEGORY = {
    "Ll": LOWER, "Lu": UPPER, "Lt": UPPER, "Lo": CASELESS, "Lm": CASELESS, "Nd": DIGIT, "No": DIGIT, "Nl": DIGIT,
    "Zs": SPACE, "Zl": SPACE, "Zp": SPACE, "Ps": OPEN, "Pe": CLOSE, "Pi": QUOTE, "Pf": QUOTE, "Pd": DASH,
    "Mn": MARK, "Mc": MARK,
}  # fmt: skip


def _among(*classes: int) -> np.ndarray:
    table = np.zeros(CLASSES, bool)
    table[list(classes)] = True
    return table


_IN_WORD = _among(LOWER, UPPER, CASELESS, DIGIT, MARK)
_CLOSES = _among(QUOTE, CLOSE)
_ENDS = _among(QUOTE, CLOSE, SPACE)
_OPENS = _among(QUOTE, OPEN, OTHER)


@cache
def _table() -> np.ndarray:
    """The class of each character of the basic plane; what lies beyond counts as OTHER."""
    table = np.zeros(0x10000, np.uint8)
    for code in range(0xFFFF):
        table[code] = _BY_CATEGORY.get(unicodedata.category(chr(code)), OTHER)
    for first, last in _UNSPACED:
        scripts = table[first : last + 1]
        scripts[(scripts == CASELESS) | (scripts == MARK)] = UNSPACED
    for number, characters in _NAMED.items():
        for character in characters:
            table[ord(character)] = number
    for character in "\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85":
        table[ord(character)] = SPACE
    return table


def classes_of(text: str) -> np.ndarray:
    """The class of each character."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return _table()[np.minimum(codes, 0xFFFF)]


@dataclass(frozen=True, slots=True)
class Shapes:
    """One entry a line, float32 or (classes) uint8.

    `counts`: characters of each class, (lines, CLASSES).  `characters`: all of them.  `words`: two characters of an
    unspaced script make one.  `capitals`: words that begin with a capital.  `sentences`: ends of sentences inside the
    line.  `first`, `last`: class of the first and last character; `first_word`: of the first behind quotes and
    brackets.  `stops`: 1 where the line ends as a sentence does.
    """

    counts: np.ndarray
    characters: np.ndarray
    words: np.ndarray
    capitals: np.ndarray
    sentences: np.ndarray
    first: np.ndarray
    first_word: np.ndarray
    last: np.ndarray
    stops: np.ndarray


def read_shapes(lines: Sequence[str]) -> Shapes:
    """The shapes of lines, none of which may be empty or begin or end with white space.

    Of a line longer than any paragraph both ends are looked at.  Memory is bounded: about 60 bytes a character of a
    million at once.
    """
    return _read_once(tuple(lines))


@lru_cache(maxsize=1)  # several steps ask for the shapes of the same lines in turn
def _read_once(lines: Sequence[str]) -> Shapes:
    lines = [line if len(line) <= 2 * LONGEST_END else line[:LONGEST_END] + line[-LONGEST_END:] for line in lines]
    chunks, size, start = [], 0, 0
    for number, line in enumerate(lines):
        size += len(line) + 1
        if size > CHARACTERS_AT_ONCE:
            chunks.append(_read(lines[start : number + 1]))
            size, start = 0, number + 1
    if start < len(lines) or not chunks:
        chunks.append(_read(lines[start:]))
    if len(chunks) == 1:
        return chunks[0]
    return Shapes(*(np.concatenate([getattr(chunk, field.name) for chunk in chunks]) for field in fields(Shapes)))


def _read(lines: Sequence[str]) -> Shapes:
    text = "\n".join(lines) + "\n"
    classes = classes_of(text)
    lengths = np.fromiter(map(len, lines), np.int64, len(lines))
    ends = np.cumsum(lengths + 1) - 1  # of the line breaks
    starts = ends - lengths

    line_of = np.repeat(np.arange(len(lines)), lengths + 1)
    counts = np.bincount(line_of * CLASSES + classes, minlength=len(lines) * CLASSES)
    counts = counts.reshape(len(lines), CLASSES).astype(np.float32)
    counts[:, SPACE] -= 1  # the line break

    in_word = _IN_WORD[classes]
    begins = in_word.copy()
    begins[1:] &= ~in_word[:-1]
    words = np.flatnonzero(begins)
    # A stop, with or without a quote or bracket behind it, and then white space.
    spaces = np.flatnonzero(classes == SPACE)
    before, second = classes[spaces - 1], classes[spaces - 2]
    ended = spaces[((before == STOP) & (spaces > 0)) | (_CLOSES[before] & (second == STOP) & (spaces > 1))]
    spots = np.arange(len(classes))
    last_bare = np.maximum.reduceat(np.where(_ENDS[classes], -1, spots), starts)
    first_bare = np.minimum.reduceat(np.where(_OPENS[classes], len(classes), spots), starts)
    stops = (last_bare >= starts) & (classes[np.maximum(last_bare, 0)] == STOP)

    def many(places: np.ndarray) -> np.ndarray:
        """How many of these characters each line has."""
        return np.bincount(line_of[places], minlength=len(lines)).astype(np.float32)

    return Shapes(
        counts=counts,
        characters=lengths.astype(np.float32),
        words=many(words) + counts[:, UNSPACED] / 2,
        capitals=many(words[classes[words] == UPPER]),
        sentences=many(ended),
        first=classes[starts],
        first_word=classes[np.minimum(first_bare, ends)],
        last=classes[ends - 1],
        stops=stops.astype(np.float32),
    )
