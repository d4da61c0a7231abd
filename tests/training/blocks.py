"""The head `blocks`: whether a block of an HTML page is body, by its words and its markup.

What it sees of a page comes from words of a labeller that has not seen the page's site (the models of the folds).
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

import tasks._trees
from tasks._block_labeller import features_of
from tasks._blocks import Block, Nodes
from tasks._features import line_features, look_at
from tasks._markup import name_words
from tasks._trees import Model, load_model
from tasks._words import words_of
from tasks.extract import read_page
from tests.training.heads import FOLDS, fit_head, fit_weights, write_model
from tests.training.pages import Page, body_shares, read_tree

#: A word of class and id names counts when it stands on so many sites.
FEWEST_SITES = 4


@dataclass
class Example:
    """An HTML page: its blocks, and which of them are body."""

    page: Page
    fold: int
    blocks: list[Block]
    nodes: Nodes
    is_body: np.ndarray


def read_examples(folder: Path, pages: Sequence[Page], fold_of: dict[str, int]) -> list[Example]:
    """The pages as blocks."""
    examples = []
    for page in pages:
        blocks, nodes, _ = read_page(read_tree(folder / "html" / f"{page.id}.html.gz"), None)
        if blocks:
            shares = body_shares([block.text for block in blocks], page.truth["body"])
            examples.append(Example(page, fold_of[page.id], blocks, nodes, np.array(shares) > 0.5))
    return examples


def fit_blocks(examples: Sequence[Example], model: Model, folds: Path) -> Model:
    """`model` with the head `blocks` and the class words behind it; the models of the folds get theirs too."""
    seen: dict[int, Model] = {}
    values = []
    for number in range(FOLDS):
        tasks._trees.MODEL = folds / f"{number}.json.xz"
        seen[number] = replace(load_model(), classes=_fit_classes([e for e in examples if e.fold != number]))
    for e in examples:
        sight = look_at(e.blocks, seen[e.fold])
        values.append(features_of(e.blocks, e.nodes, sight, line_features(sight), seen[e.fold]))

    def fit(number: int | None) -> Any:
        some = [n for n, e in enumerate(examples) if e.fold != number]
        return fit_head(
            "blocks",
            np.concatenate([values[n] for n in some]),
            np.concatenate([examples[n].is_body for n in some]),
            np.concatenate([_weigh(examples[n]) for n in some]),
        )

    for number, one in seen.items():
        write_model(replace(one, heads={**one.heads, "blocks": fit(number)}), folds / f"{number}.json.xz")
    return replace(model, classes=_fit_classes(examples), heads={**model.heads, "blocks": fit(None)})


def _weigh(example: Example) -> np.ndarray:
    return np.sqrt([max(1, len(words_of(block.text))) for block in example.blocks]) * example.page.weight


def _fit_classes(examples: Sequence[Example]) -> dict[str, float]:
    """Log-odds of class and id words, wherever they stand above a block, of its being body."""
    sites = defaultdict(set)
    rows = []
    for example in examples:
        above: list[set[str]] = []
        for parent, names in zip(example.nodes.parents, example.nodes.names, strict=True):
            above.append((above[parent] if parent >= 0 else set()) | set(name_words(names)))
        for block, is_body in zip(example.blocks, example.is_body, strict=True):
            for word in above[block.node]:
                sites[word].add(example.page.site)
            weight = example.page.weight * math.sqrt(min(len(words_of(block.text)), 25))
            rows.append((above[block.node], bool(is_body), weight))
    known = sorted(word for word, where in sites.items() if len(where) >= FEWEST_SITES)
    return {word: weight for word, weight in fit_weights(rows, known, 0.1).items() if weight}
