"""The labeller: how likely each line is body, headline, byline, time or caption.

Plain data in and out.  What was learned stands in seeds/labeller.json.gz (docs/train.md); rules that settle what a
model confuses are in tasks/strip.py and tasks/_head.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tasks._features import FEATURES, Sight, line_features, look_at
from tasks._lines import Line
from tasks._page import PAGE_FEATURES, page_features
from tasks._roles import RoleFeatures, body_span
from tasks._trees import Model, load_model

ROLES = ("byline", "time", "caption")
#: The longest public page has 1,400 lines; of a copy of more than this, the rest is not looked at.
MOST_LINES = 20_000
#: As many features are named as reasons.
REASONS = 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """On a whole copy: log-odds that it is no article, None of a model that cannot say, and what told most for that."""

    other_odds: float | None = None
    against: tuple[str, ...] = ()


def label(lines: Sequence[Line]) -> Verdict:
    """Set `body` of every line, and `roles` of those around the body; behind the first MOST_LINES nothing is body."""
    lines = lines[:MOST_LINES]
    if not lines:
        return Verdict()
    model = load_model()
    sight = look_at(lines, model)
    values = line_features(sight)
    for line, odds in zip(lines, model.heads["body"].probability(values).tolist(), strict=True):
        line.body = odds
    span = body_span(lines)
    if span[1] >= span[0]:
        features = RoleFeatures(lines, sight, values, span)
        titles = model.heads["title"].probability(features.of_title())
        others = features.of_others(features.rows[int(np.argmax(titles))], titles)
        told = [titles.tolist(), *(model.heads[role].probability(others).tolist() for role in ROLES)]
        for row, *odds in zip(features.rows, *told, strict=True):
            lines[row].roles = dict(zip(("title", *ROLES), odds, strict=True))
    return _judge(lines, sight, model)


def _judge(lines: Sequence[Line], sight: Sight, model: Model) -> Verdict:
    head = model.heads.get("page")
    if head is None:
        return Verdict()
    values = page_features(lines, sight)
    odds = round(float(head.log_odds(values)[0]), 2)
    if odds < 0:
        return Verdict(odds)
    shares = head.shares(values, len(PAGE_FEATURES))[0]
    return Verdict(odds, tuple(PAGE_FEATURES[n] for n in np.argsort(-shares)[:3] if shares[n] > 0))


def reasons(lines: Sequence[Line]) -> list[str]:
    """For each line the features that told most for or against its being body, beside the other lines of the copy.

    `+` in front of what told for it, `-` of what told against it.
    """
    looked_at = lines[:MOST_LINES]
    if not looked_at:
        return []
    model = load_model()
    shares = model.heads["body"].shares(line_features(look_at(looked_at, model)), len(FEATURES))
    shares -= shares.mean(axis=0)  # what all lines of a copy have in common tells none from another
    told = []
    for line, row in zip(looked_at, shares, strict=True):
        ahead = row if line.body > 0.5 else -row
        order = np.argsort(-ahead)[:REASONS]
        told.append(", ".join(("+" if line.body > 0.5 else "-") + FEATURES[n] for n in order))
    return told + ["behind all that is looked at"] * (len(lines) - len(looked_at))
