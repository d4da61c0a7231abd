"""What every head of the labeller is fitted with: oblivious trees, log-odds of words, and the file they go to."""

import json
import lzma
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from catboost import CatBoostClassifier
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from tasks._labeller import ROLES
from tasks._trees import Model, Trees
from tests.training.pages import ROOT

FOLDS = 4
HEADS: dict[str, dict[str, Any]] = {
    "joins": {"iterations": 100, "depth": 5, "learning_rate": 0.15},
    "rejoins": {"iterations": 200, "depth": 6, "learning_rate": 0.12, "rsm": 0.5},
    "cuts": {"iterations": 300, "depth": 6, "learning_rate": 0.15, "rsm": 0.5},
    "body": {"iterations": 220, "depth": 6, "learning_rate": 0.1, "rsm": 0.5},
    "blocks": {"iterations": 220, "depth": 6, "learning_rate": 0.1, "rsm": 0.5},
    **{name: {"iterations": 120, "depth": 4, "learning_rate": 0.06, "rsm": 0.5} for name in ("page", "html_page")},
    **{role: {"iterations": 120, "depth": 5, "learning_rate": 0.12, "rsm": 0.5} for role in ("title", *ROLES)},
}
#: Of few examples, the mean of several models is better than one.
SEEDS = {"page": 3, "html_page": 3}


def fit_head(name: str, values: np.ndarray, answers: np.ndarray, weights: np.ndarray | None = None) -> Trees:
    """One head, as the project's own trees."""
    some = [_fit_trees(name, values, answers, weights, seed) for seed in range(1, 1 + SEEDS.get(name, 1))]
    return Trees(
        np.concatenate([one.features for one in some]),
        np.concatenate([one.borders for one in some]),
        np.concatenate([one.leaves for one in some]) / len(some),
        sum(one.bias for one in some) / len(some),
    )


def _fit_trees(name: str, values: np.ndarray, answers: np.ndarray, weights: np.ndarray | None, seed: int) -> Trees:
    model = CatBoostClassifier(
        verbose=0, allow_writing_files=False, thread_count=2, l2_leaf_reg=6, random_seed=seed, **HEADS[name]
    )
    model.fit(values, answers, sample_weight=weights)
    file = ROOT / ".catboost.json"
    model.save_model(str(file), format="json")
    told = json.loads(file.read_text())
    file.unlink()
    scale, bias = told["scale_and_bias"]
    # A tree may be shallower than the others: questions that nobody passes fill it up.
    depth = HEADS[name]["depth"]
    features, borders, leaves = [], [], []
    for tree in told["oblivious_trees"]:
        splits = [(s["float_feature_index"], s["border"]) for s in tree["splits"]]
        full = splits + [(0, math.inf)] * (depth - len(splits))
        features.append([f for f, _ in full])
        borders.append([b for _, b in full])
        values_of = [scale * v for v in tree["leaf_values"]]
        leaves.append((values_of * (1 << depth))[: 1 << depth])
    return Trees(np.array(features), np.array(borders, np.float32), np.array(leaves, np.float32), float(bias[0]))


def fit_weights(
    rows: Sequence[tuple[set[str], bool, float]], known: Sequence[str], strength: float, *, by_root: bool = False
) -> dict[str, float]:
    """Log-odds of each known word, by logistic regression over rows of (words, answer, weight).

    `by_root`: a row counts each of its words by the root of their number, as long texts need.
    """
    place = {word: number for number, word in enumerate(known)}
    indices, values, starts = [], [], [0]
    for told, _, _ in rows:
        found = sorted(place[word] for word in told if word in place)
        indices += found
        values += [1 / math.sqrt(len(found)) if by_root else 1.0] * len(found)
        starts.append(len(indices))
    matrix = csr_matrix((np.array(values, np.float32), indices, starts), shape=(len(rows), len(known)))
    learner = LogisticRegression(C=strength, max_iter=60, solver="liblinear", random_state=1)
    learner.fit(matrix, np.array([answer for _, answer, _ in rows]), sample_weight=np.array([w for _, _, w in rows]))
    return {word: round(float(weight), 2) for word, weight in zip(known, learner.coef_[0], strict=True)}


def write_model(model: Model, path: Path) -> None:
    """The model as `load_model` reads it; the same model gives the same bytes."""
    told = {
        "rarest": model.rarest,
        "captions": sorted(model.captions.items()),
        "pages": sorted(model.pages.items()),
        "classes": sorted(model.classes.items()),
        "edges": [[word, *edges] for word, edges in sorted(model.edges.items())],
        "words": [[word, weight, model.rarity.get(word, 0)] for word, weight in sorted(model.weights.items())],
        "heads": {
            name: {
                "features": head.features.tolist(),
                "borders": [
                    [float(f"{b:.6g}") if math.isfinite(b) else 1e30 for b in row] for row in head.borders.tolist()
                ],
                "leaves": [[round(v, 4) for v in row] for row in head.leaves.tolist()],
                "bias": head.bias,
            }
            for name, head in model.heads.items()
        },
    }
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    path.write_bytes(lzma.compress(text, preset=9))
