"""The labeller on a page's blocks: how likely each is body.  What lines have (`_features`), and markup beside it."""

from collections.abc import Sequence

import numpy as np

from tasks._block_features import block_features
from tasks._blocks import Block, Nodes
from tasks._dates import read_timestamp_line
from tasks._features import Sight, line_features, look_at
from tasks._phrases import load_phrases
from tasks._shapes import read_shapes
from tasks._trees import Model, load_model

#: Of a page with more blocks than this, which no public page comes near, the rest is not looked at.
MOST_BLOCKS = 20_000
#: Characters that a timestamp has, at most.
LONGEST_STAMP = 150


def look_over(blocks: Sequence[Block], language: str | None) -> None:
    """Set `phrase` and `is_stamp` of each block; `language`: of the page, ISO 639-1."""
    texts = [block.text for block in blocks]
    words = read_shapes(texts).words.tolist() if texts else []
    for block, match in zip(blocks, load_phrases(language).match_all(texts, words), strict=True):
        block.phrase = match.kind if match else ""
        block.is_stamp = len(block.text) <= LONGEST_STAMP and read_timestamp_line(block.text) is not None


def label_blocks(blocks: Sequence[Block], nodes: Nodes) -> np.ndarray:
    """How likely each block, which must have been looked over, is body: 0 to 1, (blocks,)."""
    odds = np.zeros(len(blocks))
    looked_at = blocks[:MOST_BLOCKS]
    if looked_at:
        model = load_model()
        sight = look_at(looked_at, model)
        values = features_of(looked_at, nodes, sight, line_features(sight), model)
        odds[: len(looked_at)] = model.heads["blocks"].probability(values)
    return odds


def features_of(blocks: Sequence[Block], nodes: Nodes, sight: Sight, values: np.ndarray, model: Model) -> np.ndarray:
    """(blocks, features) for the head `blocks`; `values`: what `line_features` says of them."""
    return np.concatenate([values.T, block_features(blocks, nodes, sight, model.classes).T]).T
