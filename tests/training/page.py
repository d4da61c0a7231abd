"""The heads `page` and `html_page`: whether a whole copy is no article, from articles and pages that are shops, lists, services or forums.

What it sees of a page comes from a labeller that has not seen the page's site (the models of the folds).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

import tasks._trees
from tasks._block_labeller import html_page_features, label_blocks
from tasks._features import Sight, look_at
from tasks._labeller import label, told_of
from tasks._lines import Line, read_lines
from tasks._page import page_features
from tasks._trees import Model, Trees, load_model
from tasks._words import words_of
from tasks.extract import read_page
from tests.training.heads import FOLDS, fit_head, fit_weights, write_model
from tests.training.pages import DUMPS, Page, folds_of, other_pages, read_tree

#: A word counts when it stands on so many pages.
FEWEST_PAGES = 12


@dataclass
class Example:
    """A page as a labeller of another fold sees it."""

    id: str
    set: str
    fold: int
    is_other: bool
    lines: list[Line]
    model: Model
    words: set[str]


def read_examples(folder: Path, folds: Path, pages: Sequence[Page], fold_of: dict[str, int]) -> list[Example]:
    """Articles and other pages, those of one site in one fold."""
    found: list[tuple[str, str, int, bool, Path]] = [
        (p.id, p.set, fold_of[p.id], False, folder / DUMPS[0] / f"{p.id}.txt") for p in pages
    ]
    for name, kind, fold in other_pages(folder, pages, FOLDS):
        found.append((name, kind, fold, True, folder / "not_articles" / f"{name}.txt"))
    examples = []
    for number in range(FOLDS):
        tasks._trees.MODEL = folds / f"{number}.json.xz"
        for name, kind, fold, is_other, path in found:
            if fold == number:
                lines = read_lines(path.read_text(encoding="utf-8"))
                label(lines)
                words = {word for line in lines for word in words_of(line.text)}
                if lines:
                    examples.append(Example(name, kind, fold, is_other, lines, load_model(), words))
    return examples


def fit_page(examples: Sequence[Example], model: Model, folds: Path, say: Callable[[str], None]) -> Model:
    """`model` with the head `page` and the words behind it; tells how many pages it refuses of folds not seen.

    The models of the folds get theirs too, each from the other folds.
    """
    weights = {number: _fit_words([e for e in examples if e.fold != number]) for number in range(FOLDS)}
    knowing: dict[int, Model] = {}  # by fold: made once, since it lays the words out as arrays
    for e in examples:
        knowing.setdefault(e.fold, replace(e.model, pages=weights[e.fold]))
    values = np.concatenate([_features(e.lines, look_at(e.lines, knowing[e.fold])) for e in examples])
    answers = np.array([e.is_other for e in examples])
    fold = np.array([e.fold for e in examples])
    odds = np.zeros(len(examples))
    for number in range(FOLDS):
        head = fit_head("page", values[fold != number], answers[fold != number])
        odds[fold == number] = head.log_odds(values[fold == number])
        seen = next(e.model for e in examples if e.fold == number)
        whole = replace(seen, pages=weights[number], heads={**seen.heads, "page": head})
        write_model(whole, folds / f"{number}.json.xz")
    tell_refused("text", examples, odds, say)
    head: Trees = fit_head("page", values, answers)
    return replace(model, pages=_fit_words(examples), heads={**model.heads, "page": head})


def _features(lines: Sequence[Line], sight: Sight) -> np.ndarray:
    return page_features(sight, np.array([line.body for line in lines], np.float32), told_of(lines))


def tell_refused(dump: str, examples: Sequence[Any], odds: np.ndarray, say: Callable[[str], None]) -> None:
    """How many pages of each set and type would be refused from these log-odds on."""
    total = Counter(("other: " if e.is_other else "") + e.set for e in examples)
    for refused_from in (0.0, 0.5, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5):
        refused: Counter[str] = Counter()
        for example, value in zip(examples, odds, strict=True):
            refused[("other: " if example.is_other else "") + example.set] += int(value >= refused_from)
        others = sum(n for name, n in refused.items() if name.startswith("other")) / sum(e.is_other for e in examples)
        told = " ".join(f"{name} {refused[name] / total[name]:.1%}" for name in sorted(total))
        say(f"{dump} refused from {refused_from:.2f} log-odds: others {others:.1%}; {told}")


@dataclass
class HtmlExample:
    """An HTML page as a labeller of another fold sees it: the features of the head `html_page`."""

    set: str
    fold: int
    is_other: bool
    values: np.ndarray


def fit_html_page(folder: Path, pages: Sequence[Page], model: Model, folds: Path, say: Callable[[str], None]) -> Model:
    """`model` with the head `html_page`; the models of the folds, which have the head `blocks` by now, get theirs."""
    fold_of = folds_of(pages, FOLDS)
    found = [(folder / "html" / f"{p.id}.html.gz", p.set, fold_of[p.id], False) for p in pages]
    for name, kind, fold in other_pages(folder, pages, FOLDS):
        found.append((folder / "not_articles" / f"{name}.html.gz", kind, fold, True))
    examples: list[HtmlExample] = []
    for number in range(FOLDS):
        tasks._trees.MODEL = folds / f"{number}.json.xz"
        for path, kind, fold, is_other in found:
            if fold == number and (tree := read_tree(path)) is not None:
                blocks, nodes, meta = read_page(tree, None)
                if blocks:
                    values = html_page_features(blocks, label_blocks(blocks, nodes), meta, None)
                    examples.append(HtmlExample(kind, fold, is_other, values))
    values = np.concatenate([e.values for e in examples])
    answers, fold = np.array([e.is_other for e in examples]), np.array([e.fold for e in examples])
    odds = np.zeros(len(examples))
    for number in range(FOLDS):
        head = fit_head("html_page", values[fold != number], answers[fold != number])
        odds[fold == number] = head.log_odds(values[fold == number])
        tasks._trees.MODEL = folds / f"{number}.json.xz"
        seen = load_model()
        write_model(replace(seen, heads={**seen.heads, "html_page": head}), folds / f"{number}.json.xz")
    tell_refused("html", examples, odds, say)
    return replace(model, heads={**model.heads, "html_page": fit_head("html_page", values, answers)})


def _fit_words(examples: Sequence[Example]) -> dict[str, float]:
    pages = Counter(word for example in examples for word in example.words)
    known = sorted(word for word, count in pages.items() if count >= FEWEST_PAGES)
    return fit_weights([(e.words, e.is_other, 1.0) for e in examples], known, 3.0, by_root=True)
