"""The labeller on a page's blocks: how likely each is body.  What lines have (`_features`), and markup beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tasks._block_features import BLOCK_FEATURES, block_features
from tasks._blocks import MOST_BLOCKS, Block, Nodes
from tasks._dates import read_timestamp_line
from tasks._features import FEATURES, Sight, line_features, look_at
from tasks._labeller import name_shares
from tasks._metadata import Metadata
from tasks._page import Told, Verdict, judge, markup_features, page_features
from tasks._phrases import load_phrases
from tasks._shapes import read_shapes
from tasks._trees import Model, Trees, load_model

#: They say what part of the page they are.
TELLING_TAGS = frozenset(("article", "aside", "footer", "form", "header", "main", "nav", "section", "table"))
#: Characters that a timestamp has, at most.
LONGEST_STAMP = 150


def look_over(blocks: Sequence[Block], language: str | None) -> None:
    """Set `folded`, `match` and `is_stamp` of each block that is looked at; `language`: of the page, ISO 639-1."""
    blocks = blocks[:MOST_BLOCKS]
    texts = [block.text for block in blocks]
    words = read_shapes(texts).words.tolist() if texts else []
    folded = "\n".join(texts).casefold().split("\n") if texts else []
    matches = load_phrases(language).match_all(texts, folded, words)
    for block, low, match in zip(blocks, folded, matches, strict=True):
        block.folded, block.match = low, match
        block.is_stamp = len(block.text) <= LONGEST_STAMP and read_timestamp_line(block.text) is not None


@dataclass(frozen=True, slots=True)
class LabelledBlocks:
    """`odds`: how likely each block is body, 0 to 1, (blocks,); `sight`: what was seen of those that were looked at."""

    odds: np.ndarray
    sight: Sight | None


def label_blocks(blocks: Sequence[Block], nodes: Nodes) -> LabelledBlocks:
    """How likely each block, which must have been looked over, is body."""
    odds = np.zeros(len(blocks))
    looked_at = blocks[:MOST_BLOCKS]
    if not looked_at:
        return LabelledBlocks(odds, None)
    model = load_model()
    sight = look_at(looked_at, model)
    head, values, _ = _seen_by(looked_at, nodes, sight, model)
    odds[: len(looked_at)] = head.probability(values)
    return LabelledBlocks(odds, sight)


def _seen_by(
    blocks: Sequence[Block], nodes: Nodes, sight: Sight, model: Model
) -> tuple[Trees, np.ndarray, tuple[str, ...]]:
    """The head that judges the blocks, what it sees of them (blocks, features), and what its numbers are called.

    Where no element has a class or an id or is one of TELLING_TAGS, as in the bodies that content systems export, the
    head of plain lines does better than the one that learned from whole pages (262 public pages as nothing but
    paragraphs: F1 .909, else .770).
    """
    values = line_features(sight)
    if any(nodes.names) or not TELLING_TAGS.isdisjoint(nodes.tags):
        return model.heads["blocks"], features_of(blocks, nodes, sight, values, model), (*FEATURES, *BLOCK_FEATURES)
    return model.heads["body"], values, FEATURES


def judge_blocks(blocks: Sequence[Block], labelled: LabelledBlocks, meta: Metadata, url: str | None) -> Verdict:
    """Whether the page is an article at all."""
    if labelled.sight is None:
        return Verdict()
    return judge("html_page", html_page_features(blocks, labelled, meta, url), load_model())


def html_page_features(
    blocks: Sequence[Block], labelled: LabelledBlocks, meta: Metadata, url: str | None
) -> np.ndarray:
    """(1, features) for the head `html_page`; `url`: where the page was found, which counts where it names none."""
    sight, count = labelled.sight, len(labelled.sight.times) if labelled.sight else 0
    if sight is None:
        raise ValueError("a page without blocks has no features")
    odds = labelled.odds[:count]
    is_body = np.flatnonzero(odds > 0.5)
    first, last = (int(is_body[0]), int(is_body[-1])) if len(is_body) else (0, -1)
    told = Told(
        headline=float(bool(meta.title)),
        byline=float(bool(meta.bylines)),
        time=float(bool(meta.published)),
        headline_words=len((meta.title or "").split()),
        first=first,
        last=last,
    )
    words = sight.shapes.words
    shares = np.array([block.link_share for block in blocks[:count]])
    links = np.stack([words * shares, words], axis=1)
    markup = markup_features(meta.page_type, meta.section, meta.url or url, links)
    return np.concatenate([page_features(sight, odds, told), markup], axis=1)


def features_of(blocks: Sequence[Block], nodes: Nodes, sight: Sight, values: np.ndarray, model: Model) -> np.ndarray:
    """(blocks, features) for the head `blocks`; `values`: what `line_features` says of them."""
    return np.concatenate([values.T, block_features(blocks, nodes, sight, model.classes).T]).T


def block_reasons(blocks: Sequence[Block], nodes: Nodes) -> list[str]:
    """For each block that is looked at how likely it is body, and the features that told most (`name_shares`)."""
    labelled, model = label_blocks(blocks, nodes), load_model()
    if labelled.sight is None:
        return []
    looked_at, odds = blocks[:MOST_BLOCKS], labelled.odds[:MOST_BLOCKS]
    head, values, names = _seen_by(looked_at, nodes, labelled.sight, model)
    named = name_shares(head.shares(values, len(names)), (odds > 0.5).tolist(), names)
    return [f"body {sure:.2f}: {why}" for sure, why in zip(odds.tolist(), named, strict=True)]
