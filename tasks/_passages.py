"""The passages that two bodies have in common, wherever they stand in either."""

import unicodedata
from collections import defaultdict

import numpy as np

from schemas.comparison import Likeness, Passage
from tasks._shingles import PASSAGE_WORDS, Grams, read_texts, shingles
from tasks._text import WORD, each_once

#: Of the places where the other body has a run too, so many are looked at for the longest passage.
_PLACES = 8


def compare_bodies(one: str, other: str, least_words: int = PASSAGE_WORDS) -> Likeness:
    """How alike two bodies are, and their passages of `least_words` words or more; in the first none overlap."""
    texts = read_texts([one, other])
    mine, theirs = (_of(shingles(texts), text) for text in (0, 1))
    both, fewer = len(np.intersect1d(mine, theirs)), min(len(mine), len(theirs))
    passages = _passages(one, other, least_words)
    return Likeness(
        similarity=both / max(len(mine) + len(theirs) - both, 1),
        containment=both / max(fewer, 1),
        shared_words=sum(passage.words for passage in passages),
        passages=tuple(passages),
    )


def _of(runs: Grams, text: int) -> np.ndarray:
    return each_once(runs.hashes[runs.owners == text])


def _passages(one: str, other: str, least_words: int) -> list[Passage]:
    """A walk over the first body: at each word the longest run that the other has too, if it is long enough."""
    (mine, my_places), (theirs, their_places) = _folded(one), _folded(other)
    begins: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for j in range(len(theirs) - least_words + 1):
        places = begins[tuple(theirs[j : j + least_words])]
        if len(places) < _PLACES:
            places.append(j)
    out: list[Passage] = []
    i = 0
    while i <= len(mine) - least_words:
        count, j = max(
            ((_run(mine, i, theirs, j), -j) for j in begins.get(tuple(mine[i : i + least_words]), ())), default=(0, 0)
        )
        if not count:
            i += 1
            continue
        j = -j
        spans = [(places[at][0], places[at + count - 1][1]) for places, at in ((my_places, i), (their_places, j))]
        out.append(Passage(spans[0], spans[1], count))
        i += count
    return out


def _run(mine: list[str], i: int, theirs: list[str], j: int) -> int:
    count, most = 0, min(len(mine) - i, len(theirs) - j)
    while count < most and mine[i + count] == theirs[j + count]:
        count += 1
    return count


def _folded(text: str) -> tuple[list[str], list[tuple[int, int]]]:
    """The words of a body for comparing, and where each stands in it as printed."""
    found = list(WORD.finditer(text))
    return [unicodedata.normalize("NFKC", word[0]).casefold() for word in found], [word.span() for word in found]
