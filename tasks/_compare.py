"""Pairs of bodies compared exactly, all pairs of a part at once: how much they share, and what that makes them.

Thresholds were measured on edited copies of real articles (FINDINGS.md; CHANGELOG.md has the figures of this code).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from tasks._shingles import PASSAGE_WORDS, SHINGLE_WORDS, Grams, Texts, grams, pick_passages, shingles
from tasks._text import each_once

#: Near-duplicates share this much of both, or nearly all of the shorter one.
LEAST_SIMILARITY = 0.2
LEAST_OF_SHORTER = 0.8
#: One contains the other when it has this share of it.
LEAST_CONTAINED = 0.6
#: A share of the shorter one says little when that is a line or two: at least so many shingles.
LEAST_SHINGLES = 40
#: The shortest run of words that is a quotation; every quoting pair of the prototype had one, .35% of others.
QUOTED_WORDS = 12
NEAR_DUPLICATE, CONTAINS, QUOTES = "near_duplicate", "contains", "quotes"
#: Pairs whose shingles are in memory at a time, times about 10 KB.
_PAIRS = 4096


@dataclass(frozen=True, slots=True)
class Relations:
    """What pairs of bodies are to each other, as columns; pairs that share too little are left out.

    `one`, `other`: numbers of bodies; of `contains` and `quotes`, `one` contains or quotes `other`.  `kind`: one of the
    three.  `similarity`: Jaccard of their shingles.  `containment`: of the shingles of the one that has fewer, the
    share that both have.  `shared_words`: words of the shorter one in passages that both have.
    """

    one: np.ndarray
    other: np.ndarray
    kind: np.ndarray
    similarity: np.ndarray
    containment: np.ndarray
    shared_words: np.ndarray


def mask_furniture(texts: Texts, furniture: list[np.ndarray]) -> np.ndarray:
    """Which words are furniture; for each body the sorted marks of the passages that are no evidence."""
    masked = np.zeros(len(texts.words) + 1, np.int64)
    passages = pick_passages(texts)
    bounds = np.searchsorted(passages.owners, np.arange(len(texts) + 1))
    for text, marks in enumerate(furniture):
        if len(marks):
            own = slice(bounds[text], bounds[text + 1])
            places = passages.places[own][np.isin(passages.hashes[own], marks)]
            np.add.at(masked, places, 1)
            np.add.at(masked, places + PASSAGE_WORDS, -1)
    return np.cumsum(masked[:-1]) > 0


def compare(texts: Texts, masked: np.ndarray, published: np.ndarray, one: np.ndarray, other: np.ndarray) -> Relations:
    """Compare these pairs.

    `masked`: words that count for nothing.  `published`: of each body when, in microseconds, or the largest number.
    """
    found = _Sets(texts, shingles(texts, masked))
    runs = _Sets(texts, grams(texts, QUOTED_WORDS, masked=masked))
    shared, run_shared = found.shared(one, other), runs.shared(one, other)
    similarity = shared / np.maximum(found.sizes[one] + found.sizes[other] - shared, 1)
    containment = shared / np.maximum(np.minimum(found.sizes[one], found.sizes[other]), 1)
    enough = shared >= LEAST_SHINGLES
    is_near = (similarity >= LEAST_SIMILARITY) | (enough & (containment >= LEAST_OF_SHORTER))
    contains = enough & (containment >= LEAST_CONTAINED)
    kind = np.select([is_near, contains, run_shared > 0], [NEAR_DUPLICATE, CONTAINS, QUOTES], "")
    kept = kind != ""
    one, other, kind = one[kept], other[kept], kind[kept]
    # The longer one contains the other, and comes first; of two of the same length the one with the smaller number.
    longer = texts.lengths[one] - texts.lengths[other]
    turned = (longer < 0) | ((longer == 0) & (one > other))
    one, other = np.where(turned, other, one), np.where(turned, one, other)
    words = np.zeros(len(one), np.int64)
    is_quote = kind == QUOTES
    words[~is_quote] = found.covered(other[~is_quote], one[~is_quote], SHINGLE_WORDS)[0]
    of_other, quoted_in_other = runs.covered(other[is_quote], one[is_quote], QUOTED_WORDS)
    _, quoted_in_one = runs.covered(one[is_quote], other[is_quote], QUOTED_WORDS)
    words[is_quote] = of_other
    # The one that has the passage in quotation marks quotes; else the one that came later; else the longer one.
    by_marks = quoted_in_other - quoted_in_one
    by_time = np.sign(published[other[is_quote]] - published[one[is_quote]])
    turned = np.zeros(len(one), bool)
    turned[is_quote] = np.where(by_marks != 0, by_marks, by_time) > 0
    one, other = np.where(turned, other, one), np.where(turned, one, other)
    return Relations(one, other, kind, similarity[kept], containment[kept], words)


class _Sets:
    """The runs of each body as a set, and where they stand."""

    def __init__(self, texts: Texts, runs: Grams):
        self._texts = texts
        self._runs = runs
        names, self._numbers = np.unique(runs.hashes, return_inverse=True)
        self._names = max(len(names), 1)
        # Sorted by body, then by run: membership of any run in any body is a search in this.
        self._keys = each_once(runs.owners * self._names + self._numbers)
        owners, columns = np.divmod(self._keys, self._names)
        self.sizes = np.bincount(owners, minlength=len(texts))
        self._matrix = sp.csr_matrix(
            (np.ones(len(columns), np.int32), columns, np.concatenate([[0], np.cumsum(self.sizes)])),
            shape=(len(texts), self._names),
        )
        self._bounds = np.searchsorted(runs.owners, np.arange(len(texts) + 1))

    def shared(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """How many runs each pair has in common."""
        shared = np.zeros(len(one), np.int64)
        for part in _parts(len(one)):
            both = self._matrix[one[part]].multiply(self._matrix[other[part]])
            shared[part] = np.asarray(both.sum(axis=1)).ravel()
        return shared

    def covered(self, one: np.ndarray, other: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray]:
        """How many words of `one` stand in runs that `other` has too, and how many of these in quotation marks."""
        words, quoted = np.zeros(len(one), np.int64), np.zeros(len(one), np.int64)
        for part in _parts(len(one)):
            mine, theirs = one[part], other[part]
            counts = self._bounds[mine + 1] - self._bounds[mine]
            pairs = np.repeat(np.arange(len(mine)), counts)
            at = np.arange(counts.sum()) + np.repeat(
                self._bounds[mine] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts
            )
            wanted = theirs[pairs] * self._names + self._numbers[at]
            places = np.minimum(np.searchsorted(self._keys, wanted), len(self._keys) - 1)
            hit = self._keys[places] == wanted if len(self._keys) else np.zeros(len(wanted), bool)
            # The words of all pairs, one pair after the other, with one more at the end of each.
            lengths = self._texts.lengths[mine] + 1
            ends = np.cumsum(lengths)
            here = (ends - lengths)[pairs] + self._runs.places[at] - self._texts.starts[mine][pairs]
            steps = np.zeros(ends[-1] if len(ends) else 0, np.int64)
            np.add.at(steps, here[hit], 1)
            np.add.at(steps, here[hit] + length, -1)
            is_covered = np.cumsum(steps) > 0
            owner = np.repeat(np.arange(len(mine)), lengths)
            offset = np.arange(len(steps)) - np.repeat(ends - lengths, lengths)
            word = np.minimum(np.repeat(self._texts.starts[mine], lengths) + offset, max(len(self._texts.words) - 1, 0))
            words[part] = np.bincount(owner[is_covered], minlength=len(mine))
            quoted[part] = np.bincount(owner[is_covered & self._texts.quoted[word]], minlength=len(mine))
        return words, quoted


def _parts(count: int) -> Iterator[slice]:
    return (slice(start, start + _PAIRS) for start in range(0, count, _PAIRS))
