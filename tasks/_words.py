"""The words of all lines of a copy as arrays: a loop over lines costs ten times as much."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np

from tasks._text import WORD
from tasks._trees import Lexicon

#: Of a line's words only so many are judged: what is longer is told by its length.
MOST_WORDS = 40
_WORD_OR_BREAK = re.compile(rf"{WORD.pattern}|\n")


def words_of(text: str) -> list[str]:
    """The words by which a line is judged: casefolded, numbers as `#`."""
    found = WORD.findall(text.casefold())[:MOST_WORDS]
    return ["#" if word.isdigit() else word for word in found]


@dataclass(frozen=True, slots=True)
class Words:
    """The words of some lines, in order.

    `folded`: the lines, casefolded.  `names`: each word once.  `ids`: for each word in order its place in `names`;
    `lines`: the number of its line; `places`: its place in the line, from 0.
    `once_ids`, `once_lines`: each word by which a line is judged (`words_of`), once a line, with the number of that
    line.  `learned`: for each of `names` its place in the lexicon, where all numbers are one.
    """

    folded: list[str]
    names: list[str]
    ids: np.ndarray
    lines: np.ndarray
    places: np.ndarray
    once_ids: np.ndarray
    once_lines: np.ndarray
    learned: np.ndarray
    lexicon: Lexicon

    @property
    def judged(self) -> np.ndarray:
        """Which words are among those by which their line is judged."""
        return self.places < MOST_WORDS

    def sums(self, of_words: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        """For each line the sum of a value over its chosen words, counted as often as they stand in it."""
        return np.bincount(self.lines[chosen], of_words[self.ids[chosen]], len(self.folded))


def each_once(numbers: np.ndarray) -> np.ndarray:
    """The numbers, each once, sorted: what `np.unique` gives at four times the cost."""
    numbers = np.sort(numbers)
    return numbers[np.concatenate((np.ones(min(len(numbers), 1), bool), numbers[1:] != numbers[:-1]))]


def read_words(texts: Sequence[str], lexicon: Lexicon) -> Words:
    """The words of these lines, none of which may hold a line break."""
    whole = "\n".join([*texts, ""]).casefold()
    found = _WORD_OR_BREAK.findall(whole)
    number_of = {name: number for number, name in enumerate(dict.fromkeys(found))}
    ids = np.fromiter(map(number_of.__getitem__, found), np.int64, len(found))
    names = list(number_of)
    is_break = ids == number_of.get("\n", -1)
    lines = np.cumsum(is_break)[~is_break]
    ids = ids[~is_break]
    places = np.arange(len(ids)) - np.searchsorted(lines, lines)
    numbers = [n for n, name in enumerate(names) if name.isdigit()]
    learned = np.fromiter(map(lexicon.places.get, names, repeat(-1)), np.int64, len(names))
    # All numbers are one word here.
    learned[numbers] = lexicon.places.get("#", -1)
    one = np.arange(len(names))
    one[numbers] = numbers[0] if numbers else -1
    judged = places < MOST_WORDS
    once = each_once(lines[judged] * len(names) + one[ids[judged]])
    return Words(
        folded=whole.split("\n")[:-1],
        names=names,
        ids=ids,
        lines=lines,
        places=places,
        once_ids=once % max(len(names), 1),
        once_lines=once // max(len(names), 1),
        learned=learned,
        lexicon=lexicon,
    )


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
