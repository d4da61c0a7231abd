"""The heads `joins` and `wraps`: whether a line goes on with the one above, from pages that exist whole and split."""

import random
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

import tasks._trees
from tasks._cuts import find_cuts
from tasks._joins import is_wrapped, join_features, wrap_features
from tasks._parts import Part, read_parts, text_of
from tasks._text import clean_line
from tasks._trees import Model, Trees, load_model
from tests.training.heads import FOLDS, fit_head, write_model
from tests.training.pages import DUMPS, Page, plain

#: One page has one headline and hundreds of other lines.
HEADLINE_WEIGHS = 10.0


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


def fit_joins(examples: Sequence[tuple[list[Part], list[int]]]) -> Trees:
    """The head `joins`."""
    values = np.concatenate([join_features(parts) for parts, _ in examples])
    return fit_head("joins", values, np.concatenate([answers for _, answers in examples]))


def fit_wraps(folder: Path, pages: Sequence[Page], fold_of: dict[str, int], model: Model, folds: Path) -> Model:
    """`model` with the head `wraps`, from the copies that were wrapped.

    The models of the folds get theirs too.
    """
    for number in range(FOLDS):
        tasks._trees.MODEL = folds / f"{number}.json.xz"
        known = [page for page in pages if fold_of[page.id] != number]
        write_model(_with_wraps(folder, known, load_model()), tasks._trees.MODEL)
    return _with_wraps(folder, pages, model)


def _with_wraps(folder: Path, pages: Iterable[Page], model: Model) -> Model:
    values, answers, weights = [], [], []
    for page in pages:
        for parts, told in list(join_examples(folder, page))[1:2]:  # the wrapped copy
            seen = join_features(parts)
            odds = model.heads["joins"].probability(seen)
            if is_wrapped(parts, odds) and (cuts := find_cuts(text_of(parts), model)):
                values.append(wrap_features(parts, seen, odds, cuts))
                answers.append(told)
                weights.append(_weigh(parts, told, page))
    head = fit_head("wraps", *map(np.concatenate, (values, answers, weights)))
    return replace(model, heads={**model.heads, "wraps": head})


def _weigh(parts: Sequence[Part], goes_on: Sequence[int], page: Page) -> np.ndarray:
    """A place within the headline, or at its edges, weighs more than one of the many others."""
    line = np.cumsum([0, *(1 - np.array(goes_on))])
    texts = [""] * (line[-1] + 1)
    for number, part in zip(line.tolist(), parts, strict=True):
        texts[number] += f" {part.text}"
    is_title = np.array([plain(text) == plain(page.truth.get("title")) for text in texts])[line]
    return np.where(is_title[:-1] | is_title[1:], HEADLINE_WEIGHS, 1.0)
