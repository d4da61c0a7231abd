"""The words of all lines of a copy as arrays: a loop over lines costs ten times as much."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from tasks._text import WORD, Tokens, each_once, read_tokens
from tasks._trees import Lexicon

#: Of a line's words only so many are judged: what is longer is told by its length.
MOST_WORDS = 40


def words_of(text: str) -> list[str]:
    """The words by which a line is judged: casefolded, numbers as `#`."""
    found = WORD.findall(text.casefold())[:MOST_WORDS]
    return ["#" if word.isdigit() else word for word in found]


@dataclass(frozen=True, slots=True)
class Words:
    """The words of some lines, in order.

    `folded`: the lines, casefolded.  `tokens`: all words.  `first`: of each different word, in the order in which they
    come, the place in `tokens` where it stands first; `sizes`: its characters; `is_number`.
    `ids`: for each word in order its place in `first`; `lines`: the number of its line; `places`: its place in the
    line, from 0; `judged`: whether it is among those by which its line is judged.
    `once_ids`, `once_lines`: each word by which a line is judged (`words_of`), once a line, with the number of that
    line.  `learned`: for each of `first` its place in the lexicon, where all numbers are one.
    """

    folded: Sequence[str]
    tokens: Tokens
    first: np.ndarray
    sizes: np.ndarray
    is_number: np.ndarray
    ids: np.ndarray
    lines: np.ndarray
    places: np.ndarray
    judged: np.ndarray
    once_ids: np.ndarray
    once_lines: np.ndarray
    learned: np.ndarray
    lexicon: Lexicon

    @property
    def is_ascii(self) -> np.ndarray:
        """Which of `first`, as far as they have up to four characters, have ASCII letters and digits only."""
        biggest = np.zeros(len(self.first), np.uint32)
        starts = self.tokens.starts[self.first]
        for place in range(4):
            here = self.tokens.codes[np.minimum(starts + place, len(self.tokens.codes) - 1)]
            biggest = np.maximum(biggest, np.where(self.sizes > place, here, 0))
        return biggest < 0x80

    def sums(self, of_words: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        """For each line the sum of a value over its chosen words, counted as often as they stand in it."""
        return np.bincount(self.lines[chosen], of_words[self.ids[chosen]], len(self.folded))


def read_words(folded: Sequence[str], lexicon: Lexicon) -> Words:
    """The words of these casefolded lines, none of which may hold a line break."""
    whole = "\n".join(folded)
    tokens = read_tokens(whole)
    first, ids = _each_first(tokens.numbers)
    lines, sizes = tokens.lines.astype(np.int64), tokens.sizes[first]
    many = np.bincount(lines, minlength=len(folded))
    places = np.arange(len(ids)) - (np.cumsum(many) - many)[lines]
    is_number = np.zeros(len(first), bool)
    for word in np.flatnonzero(_may_count(tokens.codes[tokens.starts[first]])).tolist():
        start = int(tokens.starts[first[word]])
        is_number[word] = whole[start : start + int(sizes[word])].isdigit()
    learned = lexicon.places_of(tokens.numbers[first])
    # All numbers are one word here.
    learned[is_number] = lexicon.place_of_numbers
    one = np.arange(len(first))
    one[is_number] = is_number.argmax() if len(first) else -1
    judged = places < MOST_WORDS
    once = each_once(lines[judged] * len(first) + one[ids[judged]])
    return Words(
        folded=folded,
        tokens=tokens,
        first=first,
        sizes=sizes.astype(np.float32),
        is_number=is_number,
        ids=ids,
        lines=lines,
        places=places,
        judged=judged,
        once_ids=once % max(len(first), 1),
        once_lines=once // max(len(first), 1),
        learned=learned,
        lexicon=lexicon,
    )


def _each_first(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each different number stands first, in that order, and for each number its place among those."""
    order = np.argsort(numbers)
    ordered = numbers[order]
    is_new = np.ones(len(numbers), bool)
    is_new[1:] = ordered[1:] != ordered[:-1]
    groups = np.flatnonzero(is_new)
    first = np.minimum.reduceat(order, groups) if len(groups) else groups
    by_place = np.argsort(first)
    rank = np.empty(len(first), np.int64)
    rank[by_place] = np.arange(len(first))
    ids = np.empty(len(numbers), np.int64)
    ids[order] = rank[np.cumsum(is_new) - 1]
    return first[by_place], ids


def _may_count(codes: np.ndarray) -> np.ndarray:
    """Which of these characters may begin a number."""
    return (codes > 0xFFFF) | _digits()[np.minimum(codes, 0xFFFF)]


@cache
def _digits() -> np.ndarray:
    return np.fromiter(map(str.isdigit, map(chr, range(0x10000))), bool, 0x10000)


def wording_of(words: Words) -> np.ndarray:
    """For each line the log-odds of its words, once each, and of its pairs of words, of standing in a body."""
    lexicon, count = words.lexicon, len(words.folded)
    told = np.bincount(words.once_lines, lexicon.weight[words.learned[words.once_ids]], count)
    if not len(words.ids):
        return told
    known = words.learned[words.ids]
    first, second = known[:-1], known[1:]
    is_pair = (first >= 0) & (second >= 0) & (words.places[1:] > 0) & words.judged[1:]
    return told + np.bincount(words.lines[1:][is_pair], lexicon.weight_of_pairs(first[is_pair], second[is_pair]), count)
