"""The heads `joins` and `rejoins`: whether a line goes on with the one above, from pages that exist whole and split."""

import random
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from tasks._joins import are_split, join_features, rejoin_features
from tasks._parts import Part, read_parts
from tasks._text import clean_line
from tasks._trees import Model
from tests.training.cuts import Example as Place
from tests.training.cuts import fit_cuts
from tests.training.heads import fit_head
from tests.training.pages import DUMPS, Page, folds_of, plain

#: One page has one headline and hundreds of other lines.
HEADLINE_WEIGHS = 10.0
INNER_FOLDS = 2
#: By the id of a page: it whole, wrapped and split, as parts, and which of them go on with the one above.
Splits = dict[str, list[tuple[list[Part], list[int]]]]


def join_examples(folder: Path, page: Page) -> Iterable[tuple[list[Part], list[int]]]:
    """A page whole, wrapped at some width, and split at its links (where that is the same text)."""
    whole = read_parts((folder / DUMPS[0] / f"{page.id}.txt").read_text(encoding="utf-8"))
    if len(whole) < 2:
        return
    yield whole, [0] * (len(whole) - 1)
    chance = random.Random(page.id)
    width, has_gaps = chance.randint(50, 100), chance.random() < 0.5
    parts, answers = [], []
    for part in whole:
        rows = textwrap.wrap(part.raw, width, break_long_words=False, break_on_hyphens=False) or [part.raw]
        parts += [part._replace(raw=row, text=clean_line(row), gap=has_gaps and not n) for n, row in enumerate(rows)]
        answers += [int(n + 1 < len(rows)) for n in range(len(rows))]
    yield parts, answers[:-1]
    split = read_parts((folder / DUMPS[1] / f"{page.id}.txt").read_text(encoding="utf-8"))
    if len(split) > 1 and (ends := _ends(whole))[-1] == _ends(split)[-1]:
        known = set(ends)
        yield split, [int(end not in known) for end in _ends(split)[:-1]]


def _ends(parts: Sequence[Part]) -> list[int]:
    """How many characters, without white space, stand up to the end of each part."""
    total, ends = 0, []
    for part in parts:
        total += len("".join(part.raw.split()))
        ends.append(total)
    return ends


def fit_lines(pages: Sequence[Page], splits: Splits, places: Sequence[Place]) -> Model:
    """All that says what a line is: `joins`, `cuts`, then `rejoins`, from what those say of sites they have not seen."""
    fold = folds_of(pages, INNER_FOLDS)
    values, answers, weights = [], [], []
    for number in range(INNER_FOLDS):
        rest = _fit_first([page for page in pages if fold[page.id] != number], splits, places)
        for page in (page for page in pages if fold[page.id] == number):
            for parts, told in splits[page.id][1:]:
                seen = join_features(parts)
                odds = rest.heads["joins"].probability(seen)
                known = rejoin_features(parts, seen, odds, rest) if are_split(odds) else None
                if known is not None:
                    values.append(known)
                    answers.append(told)
                    weights.append(_weigh(parts, told, page))
    head = fit_head("rejoins", *map(np.concatenate, (values, answers, weights)))
    model = _fit_first(pages, splits, places)
    return replace(model, heads={**model.heads, "rejoins": head})


def _fit_first(pages: Sequence[Page], splits: Splits, places: Sequence[Place]) -> Model:
    examples = [example for page in pages for example in splits[page.id]]
    values = np.concatenate([join_features(parts) for parts, _ in examples])
    joins = fit_head("joins", values, np.concatenate([answers for _, answers in examples]))
    known = {page.id for page in pages}
    return fit_cuts([place for place in places if place.page in known], Model({}, {}, 1.0, {"joins": joins}))


def _weigh(parts: Sequence[Part], goes_on: Sequence[int], page: Page) -> np.ndarray:
    """A place within the headline, or at its edges, weighs more than one of the many others."""
    line = np.cumsum([0, *(1 - np.array(goes_on))])
    texts = [""] * (line[-1] + 1)
    for number, part in zip(line.tolist(), parts, strict=True):
        texts[number] += f" {part.text}"
    is_title = np.array([plain(text) == plain(page.truth.get("title")) for text in texts])[line]
    return np.where(is_title[:-1] | is_title[1:], HEADLINE_WEIGHS, 1.0)
