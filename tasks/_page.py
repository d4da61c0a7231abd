"""What is seen of a whole plain-text copy, to tell articles from shops, listings, forums and services."""

import re
from collections.abc import Sequence

import numpy as np

from tasks._features import PLACE_OF_KIND, Sight
from tasks._lines import Line
from tasks._roles import body_span
from tasks._shapes import DIGIT, SIGN
from tasks._words import Words

# Which are here was measured (cross-validated by site): of 60 that were tried, 24 do as well as all.
PAGE_FEATURES = (
    "words of pages that are no articles, in the copy", "words of pages that are no articles, in the body",
    "headline", "byline", "time", "sureness of the body", "words in doubt", "share of words in the body",
    "long sentences in the body", "words of a line of the body", "length of words in the body", "questions in the body",
    "stretches of the body", "share of the longest stretch", "lines in the body's gaps", "timestamps in the body",
    "words of the headline", "speaks of me", "speaks of you and us, in the body", "numbers", "prices",
    "share of links", "share of lines with digits", "share of lines with signs",
)  # fmt: skip
_ME = ("i", "me", "my")
_YOU_AND_US = ("you", "your", "yours", "yourself", "we", "our", "us", "ours")
_PRICE = re.compile(r"[$€£¥₹]\s?\d|\d\s?[$€£]|\b(?:usd|eur|gbp)\b")
_LONG_SENTENCE = 25


def page_features(lines: Sequence[Line], sight: Sight) -> np.ndarray:
    """(1, len(PAGE_FEATURES)) float32 of a labelled copy, which must have lines."""
    odds = np.fromiter((line.body for line in lines), np.float32, len(lines))
    is_body = odds > 0.5
    counts, words = sight.shapes.words, sight.words
    total, inside = max(float(counts.sum()), 1.0), float(counts[is_body].sum())
    right, missed = float((counts * odds)[is_body].sum()), float((counts * odds)[~is_body].sum())
    in_doubt = (odds > 0.2) & (odds < 0.8)
    long = is_body & (sight.shapes.stops > 0) & (counts >= _LONG_SENTENCE)
    first, last = body_span(lines)
    span = slice(first, last + 1)
    begins = is_body & ~np.concatenate(([False], is_body[:-1]))
    stretches = np.bincount(np.cumsum(begins)[is_body], counts[is_body], 1)
    paragraphs = max(int(is_body.sum()), 1)
    judged = words.judged
    of_body = judged & is_body[words.lines]
    sizes = np.fromiter(map(len, words.names), np.float32, len(words.names))
    is_number = np.fromiter(map(str.isdigit, words.names), np.float32, len(words.names))
    roles = {role: max((line.role(role) for line in lines), default=0.0) for role in ("title", "byline", "time")}
    headline = max(range(len(lines)), key=lambda n: lines[n].role("title"))
    asks = np.fromiter((text.endswith("?") for text in words.folded), bool, len(lines))

    def mean(values: np.ndarray, where: np.ndarray) -> float:
        return float(values[words.ids[where]].mean()) if where.any() else 0.0

    return np.array(
        [[
            _leaning(words, np.ones(len(lines), bool)), _leaning(words, is_body),
            roles["title"], roles["byline"], roles["time"],
            2 * right / (right + inside + missed) if inside else 0.0, counts[in_doubt].sum() / total, inside / total,
            min(int(long.sum()), 20), inside / paragraphs, mean(sizes, of_body), asks[is_body].sum() / paragraphs,
            begins.sum(), stretches.max() / max(inside, 1.0), (~is_body[span]).sum() / max(last + 1 - first, 1),
            sight.stamps[span].sum(), counts[headline], mean(_are(words, _ME), judged),
            mean(_are(words, _YOU_AND_US), of_body), mean(is_number, judged),
            sum(bool(_PRICE.search(text)) for text in words.folded) / len(lines),
            (sight.kinds == PLACE_OF_KIND["related_links"]).mean(), (sight.shapes.counts[:, DIGIT] > 0).mean(),
            (sight.shapes.counts[:, SIGN] > 0).mean(),
        ]],
        np.float32,
    )  # fmt: skip


def _are(words: Words, some: Sequence[str]) -> np.ndarray:
    return np.fromiter((name in some for name in words.names), np.float32, len(words.names))


def _leaning(words: Words, where: np.ndarray) -> float:
    """How much the words of some lines lean to pages that are no articles: each once, by the root of their number."""
    told = words.lexicon.page[words.learned[np.unique(words.once_ids[where[words.once_lines]])]]
    known = int((told != 0).sum())
    return float(told.sum()) / max(known, 1) ** 0.5
