"""The learned part of the labeller: boosted trees and word weights from seeds/labeller.json.xz (`make train`).

All splits of one level of a tree ask the same question (oblivious trees), so that a tree of depth d is d questions and
a table of 2**d answers, and all lines go through all trees at once.
"""

import json
import lzma
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from tasks._text import number_words

MODEL = Path(__file__).resolve().parent.parent / "seeds" / "labeller.json.xz"


_AT_ONCE = 2048


@dataclass(frozen=True, slots=True)
class Trees:
    """One head of the model.

    `features`, `borders`: which feature each level of each tree asks about and the value it must exceed, (trees,
    depth); 8 at most.  `leaves`: log-odds by answers, (trees, 2**depth).  `bias`: log-odds before any question.
    """

    features: np.ndarray
    borders: np.ndarray
    leaves: np.ndarray
    bias: float

    def log_odds(self, values: np.ndarray) -> np.ndarray:
        """Log-odds, (lines,), for `values` (lines, features)."""
        trees, depth = self.features.shape
        table = (np.arange(trees) << depth).reshape(-1, 1)
        told = np.empty(len(values), np.float32)
        for start in range(0, len(values), _AT_ONCE):  # all questions of all lines at once would take gigabytes
            columns = np.ascontiguousarray(values[start : start + _AT_ONCE].T)
            places = np.zeros((trees, columns.shape[1]), np.uint8)
            for level in reversed(range(depth)):  # the first question is the lowest bit of the place
                answers = columns.take(self.features[:, level], axis=0) > self.borders[:, level, None]
                places += places
                places += answers.view(np.uint8)
            told[start : start + _AT_ONCE] = self.leaves.ravel().take(table + places).sum(axis=0) + self.bias
        return told

    def probability(self, values: np.ndarray) -> np.ndarray:
        """The same as probabilities."""
        return 1 / (1 + np.exp(-self.log_odds(values)))

    def shares(self, values: np.ndarray, count: int) -> np.ndarray:
        """What each feature adds to the log-odds, (lines, count): how the mean answer below each question moves."""
        told = np.zeros((len(values), count), np.float32)
        depth = self.features.shape[1]
        for row, line in zip(told, values, strict=True):
            answers = (line[self.features] > self.borders)[..., None]
            table = self.leaves
            means = [table.mean(axis=1)]
            for level in reversed(range(depth)):  # the last question is the highest bit of the place
                half = table.shape[1] // 2
                table = np.where(answers[:, level], table[:, half:], table[:, :half])
                means.append(table.mean(axis=1))
            np.add.at(row, self.features[:, ::-1].T, np.diff(means, axis=0))
        return told


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What was learned of words, as arrays that places point into; the last entry is that of a word not known.

    `numbers`: the words as numbers (`number_words`), sorted, and `places`: the place of each; `place_of_numbers`: that
    of all words of digits.
    `weight`: log-odds of standing in a body; `rarity`: the logarithm of one in how many sites have the word;
    `caption`: log-odds of standing in a caption; `page`: on a page that is no article.
    `pairs`: the two places of each known pair of words as one number, sorted; `pair_weights`: its log-odds.
    """

    numbers: np.ndarray
    places: np.ndarray
    place_of_numbers: int
    weight: np.ndarray
    rarity: np.ndarray
    caption: np.ndarray
    page: np.ndarray
    pairs: np.ndarray
    pair_weights: np.ndarray

    def places_of(self, numbers: np.ndarray) -> np.ndarray:
        """The places of these words, -1 of one that is not known."""
        if not len(self.numbers):
            return np.full(len(numbers), -1)
        at = np.minimum(np.searchsorted(self.numbers, numbers), len(self.numbers) - 1)
        return np.where(self.numbers[at] == numbers, self.places[at], -1)

    def weight_of_pairs(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Log-odds of standing in a body for pairs of known words, 0 of a pair that is not known."""
        asked = first * len(self.weight) + second
        at = np.minimum(np.searchsorted(self.pairs, asked), len(self.pairs) - 1)
        return np.where(self.pairs[at] == asked, self.pair_weights[at], 0.0)


@dataclass(frozen=True)
class Model:
    """`weights`: for each known word or pair of words its log-odds of standing in a body.

    `rarity`: for each known word the logarithm of one in how many sites have it; `rarest`: of a word that is not known.
    `captions`: for each word its log-odds of standing in a caption; `pages`: on a page that is no article; `classes`:
    for each word of class and id names, of a name around a body.  `edges`: for each word its log-odds of beginning a
    line, and of ending one.  `heads`: trees by what they tell (`joins`, `body`,
    `title`, ...).
    """

    weights: dict[str, float]
    rarity: dict[str, float]
    rarest: float
    heads: dict[str, Trees]
    captions: dict[str, float] = field(default_factory=dict)
    pages: dict[str, float] = field(default_factory=dict)
    classes: dict[str, float] = field(default_factory=dict)
    edges: dict[str, tuple[float, float]] = field(default_factory=dict)

    @cached_property
    def lexicon(self) -> Lexicon:
        """The words as arrays."""
        single = {word for pair in self.weights for word in pair.split(" ")}
        names = sorted(single | self.rarity.keys() | self.captions.keys() | self.pages.keys())
        places = {name: place for place, name in enumerate(names)}
        pairs = sorted(
            (places[first] * (len(names) + 1) + places[second], weight)
            for first, _, second, weight in ((*pair.partition(" "), weight) for pair, weight in self.weights.items())
            if second
        ) or [(-1, 0.0)]

        def told(of: dict[str, float], unknown: float = 0.0) -> np.ndarray:
            return np.array([*(of.get(name, unknown) for name in names), unknown])

        of_words = np.array([place for name, place in places.items() if name != "#"], np.int64)
        numbers = number_words(name for name in places if name != "#")
        order = np.argsort(numbers)
        return Lexicon(
            numbers[order], of_words[order], places.get("#", -1),
            told(self.weights), told(self.rarity, self.rarest), told(self.captions), told(self.pages),
            np.array([key for key, _ in pairs]), np.array([weight for _, weight in pairs]),
        )  # fmt: skip


def load_model() -> Model:
    """The model as `make train` wrote it; a few hundredths of a second the first time."""
    return _read_model(MODEL)


@lru_cache(maxsize=1)
def _read_model(path: Path) -> Model:
    told = json.loads(lzma.decompress(path.read_bytes()))
    return Model(
        weights={word: weight for word, weight, _ in told["words"]},
        rarity={word: rarity for word, _, rarity in told["words"] if " " not in word},
        rarest=told["rarest"],
        captions=dict(told["captions"]),
        pages=dict(told["pages"]),
        classes=dict(told.get("classes", ())),
        edges={word: (begins, ends) for word, begins, ends in told.get("edges", ())},
        heads={
            name: Trees(
                np.array(head["features"], np.int64),
                np.array(head["borders"], np.float32),
                np.array(head["leaves"], np.float32),
                head["bias"],
            )
            for name, head in told["heads"].items()
        },
    )
