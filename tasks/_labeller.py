"""The labeller: how likely each line is body, headline, byline, time or caption.

Plain data in and out.  What was learned stands in seeds/labeller.json.gz (docs/train.md); rules that settle what a
model confuses are in tasks/strip.py and tasks/_head.py.
"""

from collections.abc import Sequence

import numpy as np

from tasks._features import FEATURES, line_features
from tasks._lines import Line
from tasks._page import PAGE_FEATURES, page_features
from tasks._roles import RoleFeatures, body_span
from tasks._trees import load_model

ROLES = ("byline", "time", "caption")
#: The longest public page has 1,400 lines; of a copy of more than this, the rest is not looked at.
MOST_LINES = 20_000
#: As many features are named as reasons.
REASONS = 2


def label(lines: Sequence[Line]) -> None:
    """Set `body` of every line, and `roles` of those around the body; behind the first MOST_LINES nothing is body."""
    lines = lines[:MOST_LINES]
    if not lines:
        return
    model = load_model()
    values = line_features(lines, model)
    for line, odds in zip(lines, model.heads["body"].probability(values), strict=True):
        line.body = float(odds)
    first, last = body_span(lines)
    if last < first:
        return
    features = RoleFeatures(lines, values, (first, last), model)
    titles = model.heads["title"].probability(features.of_title())
    for row, odds in zip(features.rows, titles, strict=True):
        lines[row].roles = {"title": float(odds)}
    best = features.rows[int(np.argmax(titles))]
    others = features.of_others(best, titles)
    for role in ROLES:
        for row, odds in zip(features.rows, model.heads[role].probability(others), strict=True):
            lines[row].roles[role] = float(odds)  # type: ignore[index]


def reasons(lines: Sequence[Line]) -> list[str]:
    """For each line the features that told most for or against its being body, beside the other lines of the copy.

    `+` in front of what told for it, `-` of what told against it.
    """
    looked_at = lines[:MOST_LINES]
    if not looked_at:
        return []
    model = load_model()
    shares = model.heads["body"].shares(line_features(looked_at, model), len(FEATURES))
    shares -= shares.mean(axis=0)  # what all lines of a copy have in common tells none from another
    told = []
    for line, row in zip(looked_at, shares, strict=True):
        ahead = row if line.body > 0.5 else -row
        order = np.argsort(-ahead)[:REASONS]
        told.append(", ".join(("+" if line.body > 0.5 else "-") + FEATURES[n] for n in order))
    return told + ["behind all that is looked at"] * (len(lines) - len(looked_at))


def judge_page(lines: Sequence[Line]) -> tuple[float | None, tuple[str, ...]]:
    """Log-odds that a labelled copy is no article, and what told most for that; None of a model that cannot say."""
    model = load_model()
    head = model.heads.get("page")
    if head is None or not lines:
        return None, ()
    values = page_features(lines[:MOST_LINES], model)
    odds = round(float(head.log_odds(values)[0]), 2)
    if odds < 0:
        return odds, ()
    shares = head.shares(values, len(PAGE_FEATURES))[0]
    return odds, tuple(PAGE_FEATURES[n] for n in np.argsort(-shares)[:3] if shares[n] > 0)
