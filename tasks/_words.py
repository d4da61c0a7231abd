"""The words of all lines of a copy as arrays: a loop over lines costs ten times as much."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count, repeat

import numpy as np

from tasks._text import WORD, split_words
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

    `folded`: the lines, casefolded.  `names`: each word once, and its number; `sizes`: its characters; `is_number`.
    `ids`: for each word in order its number in `names`; `lines`: the number of its line; `places`: its place in the
    line, from 0; `judged`: whether it is among those by which its line is judged.
    `once_ids`, `once_lines`: each word by which a line is judged (`words_of`), once a line, with the number of that
    line.  `learned`: for each of `names` its place in the lexicon, where all numbers are one.
    """

    folded: Sequence[str]
    names: dict[str, int]
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

    def sums(self, of_words: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        """For each line the sum of a value over its chosen words, counted as often as they stand in it."""
        return np.bincount(self.lines[chosen], of_words[self.ids[chosen]], len(self.folded))


def each_once(numbers: np.ndarray) -> np.ndarray:
    """The numbers, each once, sorted: what `np.unique` gives at four times the cost."""
    numbers = np.sort(numbers)
    return numbers[np.concatenate((np.ones(min(len(numbers), 1), bool), numbers[1:] != numbers[:-1]))]


def read_words(folded: Sequence[str], lexicon: Lexicon) -> Words:
    """The words of these casefolded lines, none of which may hold a line break."""
    found, lines = split_words("\n".join(folded))
    names = dict(zip(dict.fromkeys(found), count(), strict=False))
    ids = np.fromiter(map(names.__getitem__, found), np.int64, len(found))
    many = np.bincount(lines, minlength=len(folded))
    places = np.arange(len(ids)) - (np.cumsum(many) - many)[lines]
    is_number = np.fromiter(map(str.isdigit, names), bool, len(names))
    learned = np.fromiter(map(lexicon.places.get, names, repeat(-1)), np.int64, len(names))
    # All numbers are one word here.
    learned[is_number] = lexicon.places.get("#", -1)
    one = np.arange(len(names))
    one[is_number] = is_number.argmax() if len(names) else -1
    judged = places < MOST_WORDS
    once = each_once(lines[judged] * len(names) + one[ids[judged]])
    return Words(
        folded=folded,
        names=names,
        sizes=np.fromiter(map(len, names), np.float32, len(names)),
        is_number=is_number,
        ids=ids,
        lines=lines,
        places=places,
        judged=judged,
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
