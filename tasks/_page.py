"""What is seen of a whole plain-text copy, to tell articles from shops, listings, forums and services."""

from collections.abc import Sequence
from itertools import repeat
from math import fsum

import numpy as np

from tasks._lines import Line
from tasks._shapes import COMMA, DIGIT, SIGN, read_shapes
from tasks._trees import Model

PAGE_FEATURES = (
    "words of the copy", "lines of the copy", "words of the body", "share of words in the body", "sureness of the body",
    "long sentences in the body", "share of the body in long sentences", "wording of the body", "wording of the copy",
    "headline", "byline", "time", "timestamps", "words of pages that are no articles, in the copy",
    "words of pages that are no articles, in the body", "share of links", "share of known furniture",
    "share of lines that come again", "share of lines with digits", "share of lines with signs",
    "share of capital words", "words of a line", "words of a line of the body", "questions", "commas of the body",
)  # fmt: skip


def page_features(lines: Sequence[Line], model: Model) -> np.ndarray:
    """(1, len(PAGE_FEATURES)) float32 of a labelled copy, which must have lines."""
    texts = [line.text or "." for line in lines]
    shapes = read_shapes(texts)
    body = np.fromiter((line.body > 0.5 for line in lines), bool, len(lines))
    odds = np.fromiter((line.body for line in lines), np.float32, len(lines))
    words = shapes.words
    total, inside = max(float(words.sum()), 1.0), float(words[body].sum())
    long = body & (shapes.stops > 0) & (words >= 25)
    tokens = [line.tokens for line in lines]
    wording = np.array([sum(map(model.weights.get, line, repeat(0.0))) for line in tokens])
    counted = np.array([max(len(line), 1) for line in tokens])
    kinds = [line.phrase for line in lines]
    folded = [text.casefold() for text in texts]
    right = float((words * odds)[body].sum())
    missed = float((words * odds)[~body].sum())

    def most(role: str) -> float:
        return max((line.role(role) for line in lines), default=0.0)

    def per_word(values: np.ndarray, where: np.ndarray) -> float:
        return float(values[where].sum() / counted[where].sum()) if where.any() else 0.0

    everywhere = np.ones(len(lines), bool)
    return np.array(
        [[
            np.log1p(total), np.log1p(len(lines)), np.log1p(inside), inside / total,
            2 * right / (right + inside + missed) if inside else 0.0,
            min(int(long.sum()), 20), float(words[long].sum()) / max(inside, 1.0),
            per_word(wording, body), per_word(wording, everywhere), most("title"), most("byline"), most("time"),
            np.log1p(sum(line.is_stamp for line in lines)), _leaning(lines, model),
            _leaning([line for line in lines if line.body > 0.5], model),
            kinds.count("related_links") / len(lines), sum(map(bool, kinds)) / len(lines),
            1 - len(set(folded)) / len(folded), (shapes.counts[:, DIGIT] > 0).mean(),
            (shapes.counts[:, SIGN] > 0).mean(),
            shapes.capitals.sum() / total, total / len(lines), inside / max(int(body.sum()), 1),
            sum(text.endswith("?") for text in texts) / len(lines),
            float(shapes.counts[body, COMMA].sum()) / max(inside, 1.0),
        ]],
        np.float32,
    )  # fmt: skip


def _leaning(lines: Sequence[Line], model: Model) -> float:
    """How much the words of these lines lean to pages that are no articles: each once, by the root of their number."""
    words = set().union(*(line.tokens for line in lines))
    known = model.pages.keys() & words
    return fsum(map(model.pages.__getitem__, known)) / max(len(known), 1) ** 0.5
