"""Text that lost its line breaks: where the lines of the page it is from began, found again.

A page that was written out on one line (`get_text(" ")`, many tables of a database) is looked at from space to space,
and where elements were glued to each other (`get_text()`) from small letter to capital.  A learned head (`cuts`, from
pages whose lines are known) says how likely a line begins there, from the shapes of the words around, how often lines
begin and end with them, and what stands on the page twice.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tasks._features import shifted
from tasks._shapes import (
    BAR,
    CASELESS,
    CLOSE,
    COLON,
    COMMA,
    DASH,
    DIGIT,
    LOWER,
    MARK,
    OPEN,
    QUOTE,
    SIGN,
    SPACE,
    STOP,
    UNSPACED,
    UPPER,
    classes_of,
    read_shapes,
)  # fmt: skip
from tasks._trees import Model

#: In text of more words nothing is looked for.
MOST_WORDS = 50_000
LONGEST_TEXT = 1_000_000
#: A new line begins where that is as likely as this; on pages that were not learned from .3 to .5 do about as well.
CUT_FROM = 0.4
#: Between sentences nobody can tell where a paragraph begins: only where that is as likely as this one does, and a
#: sentence is looked at by itself from there on.
PARAGRAPH_FROM = 0.6
SENTENCE_FROM = 0.25
#: How many words on either side count as near, and how far the next end of a sentence, or word in small letters, is
#: looked for.
NEAR = (4, 10)
FURTHEST = 60
#: Of longer words the beginning is counted: what stands around it takes long to look for in megabytes of signs.
LONGEST_WORD = 100
#: So many words must be the same for a passage to stand there twice.
_SAME = 3
#: Log-odds of a word that is not known to begin a line, and to end one: one in thirteen.
UNKNOWN = (-2.5, -2.5)
#: The feature that says whether a sentence ends at the place.
ENDS_SENTENCE = 0
_AROUND = re.compile(r"^\W+|\W+$")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")

_ENDS, _BEGINS = np.zeros((2, 17), np.int64)
for _group, _classes in enumerate(((STOP,), (COMMA,), (COLON,), (QUOTE,), (CLOSE,), (DASH, BAR, SIGN), (DIGIT,)), 1):
    _ENDS[list(_classes)] = _group
for _group, _classes in enumerate(((QUOTE,), (OPEN,), (DASH, BAR), (SIGN,)), 1):
    _BEGINS[list(_classes)] = _group
_GLUES = np.zeros((17, 17), bool)
_GLUES[np.ix_((LOWER, DIGIT, STOP, QUOTE, CLOSE, COLON), (UPPER,))] = True
_GLUES[LOWER, DIGIT] = True
_NO_WORD, _NUMBERS, _SMALL, _CAPITAL, _SHOUTED, _NO_CASE, _NO_SPACE = range(7)


def edge_key(word: str) -> str:
    """The word as it is counted at the edges of lines: its capital kept, what stands around it off, numbers as `#`."""
    bare = _AROUND.sub("", word[:LONGEST_WORD])
    bare = _NUMBER.sub("#", bare) if not bare.isalpha() else bare
    return bare[:1] + bare[1:].casefold() if bare else word[:3]


@dataclass(frozen=True, slots=True)
class Cuts:
    """Places where a line may begin: `begins`: characters before each; `odds`: how likely it is, 0 to 1.

    `glued`: no white space stands there.  `ends`: a sentence ends before it.
    """

    begins: np.ndarray
    glued: np.ndarray
    ends: np.ndarray
    odds: np.ndarray


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text: `begins`: characters before each; `glued`: no white space stands before it (`newsSport`)."""

    words: list[str]
    begins: np.ndarray
    glued: np.ndarray


def find_words(text: str) -> Words:
    """What stands between white space, cut again where a small letter, number or stop meets a capital."""
    classes = classes_of(text)
    blank = np.concatenate([[True], classes == SPACE, [True]])
    first = np.flatnonzero(blank[:-1] & ~blank[1:])
    glued = _glued_places(classes)
    begins = np.sort(np.concatenate([first, glued]))
    ends = np.sort(np.concatenate([np.flatnonzero(~blank[:-1] & blank[1:]), glued]))
    words = [text[begin:end] for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)]
    return Words(words, begins, np.isin(begins, glued).astype(np.float32))


def _glued_places(classes: np.ndarray) -> np.ndarray:
    """Where a capital or number meets what is before it; not behind a single letter (`iPhone`, `eBay`)."""
    if len(classes) < 2:
        return np.zeros(0, np.int64)
    meets = _GLUES[classes[:-1], classes[1:]]
    letter = np.isin(classes, (LOWER, UPPER, MARK))
    meets[1:] &= ~((classes[1:-1] == LOWER) & ~letter[:-2])
    meets[0] &= classes[0] != LOWER
    return np.flatnonzero(meets) + 1


def count_glued(text: str) -> int:
    """At how many places words may be glued to each other."""
    return len(_glued_places(classes_of(text)))


def find_cuts(text: str, model: Model, asked: np.ndarray | None = None) -> Cuts | None:
    """Where a line may begin in `text`; None where nothing can be told.

    `asked`: the only places that matter, as characters before them.
    """
    head = model.heads.get("cuts")
    found = find_words(text) if head and len(text) <= LONGEST_TEXT else None
    if head is None or found is None or not 2 < len(found.words) <= MOST_WORDS:
        return None
    values, begins, glued = cut_features(found, model.edges), found.begins[1:], found.glued[1:] > 0
    if asked is not None:
        chosen = np.isin(begins, asked)
        values, begins, glued = values[chosen], begins[chosen], glued[chosen]
    return Cuts(begins, glued, values[:, ENDS_SENTENCE] > 0, head.probability(values)) if len(begins) else None


def cut_features(found: Words, edges: dict[str, tuple[float, float]]) -> np.ndarray:
    """What the head `cuts` sees of the place behind each word but the last, (words - 1, features)."""
    words, glued = found.words, found.glued
    shapes = read_shapes(words)
    keys = list(map(edge_key, words))
    known = np.array([edges.get(key, UNKNOWN) for key in keys], np.float32)
    begins, ends = known[:, 0], known[:, 1]
    kind = _kinds(shapes.first_word, shapes.counts)
    capital = np.isin(kind, (_CAPITAL, _SHOUTED)).astype(np.float32)
    small = (kind == _SMALL).astype(np.float32)
    initial = (shapes.characters == 2) & (kind == _SHOUTED)  # `J.` ends no sentence
    stops = shapes.stops * ~initial
    last, first = _ENDS[shapes.last], _BEGINS[shapes.first]
    numbers = _numbered(keys)
    begins_twice, ends_twice = _passages(numbers)
    places = slice(0, len(words) - 1)

    def near(values: np.ndarray, *distances: int) -> Iterator[np.ndarray]:
        """Of the words so far from the place: 0 for that before it, 1 for that behind."""
        yield from (column[places] for column in shifted(values, *(-distance for distance in distances)))

    columns = [
        *near(stops, 0, -1, 1),
        *near(kind, -2, -1, 0, 1, 2, 3), *near(shapes.characters, -2, -1, 0, 1, 2, 3),
        *near(last, -1, 0, 1, 2), *near(first, 0, 1, 2),
        *near(begins, -1, 0, 1, 2, 3), *near(ends, -1, 0, 1, 2, 3),
        *(side[places] for told in (capital, small, stops) for size in NEAR for side in _means(told, size)),
        *(side[places] for values in (stops, small) for side in _distances(values > 0)),
        begins_twice[1:], ends_twice[places], numbers[1:] == numbers[places],
        *near(glued, 0, 1, 2), *(side[places] for side in _means(glued, NEAR[-1])),
        np.full(len(words) - 1, glued.mean()),
    ]  # fmt: skip
    values = np.empty((len(columns), len(words) - 1), np.float32)
    for row, column in zip(values, columns, strict=True):
        row[:] = column
    return values.T


def _kinds(first: np.ndarray, counts: np.ndarray) -> np.ndarray:
    letters = counts[:, [LOWER, UPPER, CASELESS, UNSPACED, DIGIT]].sum(axis=1)
    shouted = (counts[:, LOWER] == 0) & (counts[:, UPPER] > 1)
    kind = np.select(
        [letters == 0, counts[:, UNSPACED] > 0, first == UPPER, first == DIGIT, first == CASELESS],
        [_NO_WORD, _NO_SPACE, np.where(shouted, _SHOUTED, _CAPITAL), _NUMBERS, _NO_CASE],
        _SMALL,
    )
    return kind.astype(np.float32)


def _numbered(keys: Sequence[str]) -> np.ndarray:
    """Equal numbers for words that are equal but for capitals."""
    known: dict[str, int] = {}
    return np.fromiter((known.setdefault(key.casefold(), len(known)) for key in keys), np.int64, len(keys))


def _passages(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each word how long a passage is that stands there twice and begins with it, or ends with it."""
    count = len(numbers)
    begins, ends = np.zeros((2, count), np.float32)
    if count <= _SAME:
        return begins, ends
    many = int(numbers.max()) + 1
    triples = (numbers[:-2] * many + numbers[1:-1]) * many + numbers[2:]
    order = np.argsort(triples, kind="stable")
    same = triples[order[1:]] == triples[order[:-1]]
    for one, other in ((order[1:], order[:-1]), (order[:-1], order[1:])):  # the copy above, then that below
        distance = np.zeros(len(triples), np.int64)
        distance[one[same]] = one[same] - other[same]
        edges = np.flatnonzero(np.diff(distance, prepend=0, append=0))
        for start, end in pairwise(edges.tolist()):
            if distance[start]:
                length = min(end - start + _SAME - 1, FURTHEST)
                begins[start] = max(begins[start], length)
                ends[end + _SAME - 2] = max(ends[end + _SAME - 2], length)
    return begins, ends


def _means(values: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The mean of the `size` words up to each, and of those behind it."""
    sums = np.concatenate([[0], np.cumsum(values)])
    place = np.arange(1, len(values) + 1)
    first, last = np.maximum(0, place - size), np.minimum(len(values), place + size)
    return (sums[place] - sums[first]) / (place - first), (sums[last] - sums[place]) / np.maximum(1, last - place)


def _distances(marked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How many words, behind each, since the last that is marked, and to the next."""
    place = np.arange(len(marked))
    last = np.maximum.accumulate(np.where(marked, place, -1))
    following = np.minimum.accumulate(np.where(marked, place, len(marked) + FURTHEST)[::-1])[::-1]
    following = np.append(following[1:], len(marked) + FURTHEST)
    return np.minimum(place - last, FURTHEST), np.minimum(following - place, FURTHEST)
