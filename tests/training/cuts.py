"""The head `cuts`: whether a line begins at a space of text that lost its line breaks, from pages whose lines are known.

Each page is written out on one line: as it is, split at its links, or with lines glued to each other; and pieces of it.
"""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

import numpy as np

from tasks._cuts import Words, cut_features, edge_key, find_words
from tasks._trees import Model
from tests.training.heads import fit_head
from tests.training.pages import DUMPS, Page

#: A word counts when it stands on pages of so many sites besides the one that is learned from.
FEWEST_SITES = 3
#: Of one site a word counts so often at most.
MOST_OF_A_SITE = 30
#: One word in so many begins a line: what a word is thought to do of which little was seen, worth so many times.
_SHARE, _WORTH = 0.08, 3
_TIMES, _BEGINS, _ENDS = range(3)
#: Of the places before words in small letters where no line begins one in so many is learned from, and weighs as much.
_EASY = 4


@dataclass
class Example:
    """The words of a page (by its id), and whether each begins a line."""

    page: str
    site: str
    words: Words
    begins: np.ndarray


def read_examples(folder: Path, pages: Sequence[Page]) -> list[Example]:
    """Each page, as it is or split at its links by turns, and with lines glued to each other; and pieces of it."""
    found = []
    for number, page in enumerate(pages):
        chance = random.Random(page.id)
        for dump, glued in ((DUMPS[number % 2], 0.0), (DUMPS[0], chance.choice((0.3, 0.6, 0.9)))):
            lines = _lines_of(folder, page, dump)
            first = chance.randrange(max(1, len(lines)))
            piece = lines[first : first + chance.choice((4, 8, 15, 30, 60))]
            for some in (lines, piece):
                text, places = "", []
                for line in some:
                    places.append(len(text))
                    text += line + " " * (chance.random() >= glued)
                words = find_words(text)
                if len(some) > 1 and len(words.words) > 2:
                    found.append(Example(page.id, page.site, words, np.isin(words.begins, places)))
    return found


def _lines_of(folder: Path, page: Page, dump: str) -> list[str]:
    """The lines of a page; of one split at its links, by how many characters stand before the end of each line."""
    whole, other = ((folder / name / f"{page.id}.txt").read_text(encoding="utf-8") for name in (DUMPS[0], dump))
    lines = [" ".join(words) for line in whole.split("\n") if (words := line.split())]
    if whole == other or "".join(whole.split()) != "".join(other.split()):
        return lines
    ends = set(accumulate(len(line.replace(" ", "")) for line in lines))
    told: list[list[str]] = [[]]
    total = 0
    for word in other.split():
        if total in ends:
            told.append([])
        told[-1].append(word)
        total += len(word)
    return list(map(" ".join, told))


def fit_cuts(examples: Sequence[Example], model: Model) -> Model:
    """`model` with the head `cuts` and the words behind it."""
    by_site: dict[str, dict[str, np.ndarray]] = defaultdict(lambda: defaultdict(lambda: np.zeros(3)))
    for example in examples:
        ends = [*example.begins[1:], True]
        for word, is_first, is_last in zip(example.words.words, example.begins, ends, strict=True):
            by_site[example.site][edge_key(word)] += (1, is_first, is_last)
    total: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(3))
    sites: Counter[str] = Counter()
    for words in by_site.values():
        for word, counts in words.items():
            counts *= min(1, MOST_OF_A_SITE / counts[_TIMES])
            total[word] += counts
            sites[word] += 1
    values, answers, weights = [], [], []
    for site, own in by_site.items():  # what is known of words from other sites, as it is where the head is used
        edges = {
            word: _log_odds(counts - own[word] if word in own else counts)
            for word, counts in total.items()
            if sites[word] - (word in own) >= FEWEST_SITES
        }
        for example in (e for e in examples if e.site == site):
            begins, is_easy = example.begins[1:], np.array([word.islower() for word in example.words.words[1:]])
            is_easy &= ~begins
            chosen = ~is_easy | (np.arange(len(begins)) % _EASY == 0)
            values.append(cut_features(example.words, edges)[chosen])
            answers.append(begins[chosen])
            weights.append(np.where(is_easy, _EASY, 1)[chosen])
    head = fit_head("cuts", *map(np.concatenate, (values, answers, weights)))
    edges = {word: _log_odds(counts) for word, counts in total.items() if sites[word] > FEWEST_SITES}
    return replace(model, edges=edges, heads={**model.heads, "cuts": head})


def _log_odds(counts: np.ndarray) -> tuple[float, float]:
    """Of beginning a line, and of ending one."""
    told = (
        math.log((counts[n] + _WORTH * _SHARE) / (counts[_TIMES] - counts[n] + _WORTH * (1 - _SHARE)))
        for n in (_BEGINS, _ENDS)
    )
    begins, ends = (round(odds, 1) for odds in told)
    return begins, ends
