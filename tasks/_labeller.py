"""The labeller: how likely each line is body, headline, byline, time or caption.

Plain data in and out.  What was learned stands in seeds/labeller.json.xz (docs/train.md); rules that settle what a
model confuses are in tasks/strip.py and tasks/_head.py.
"""

from collections.abc import Sequence

import numpy as np

from tasks._features import FEATURES, line_features, look_at
from tasks._lines import Line
from tasks._page import Told, Verdict, judge, page_features
from tasks._roles import RoleFeatures, body_span
from tasks._trees import load_model

ROLES = ("byline", "time", "caption")
#: The longest public page has 1,400 lines; of a copy of more than this, the rest is not looked at.
MOST_LINES = 20_000
#: A line of so many words is prose; so many of them again, and such a share of all prose, are a copy pasted twice.
SHORTEST_PROSE = 8
FEWEST_AGAIN = 3
SHARE_AGAIN = 0.3
#: As many features are named as reasons.
REASONS = 2


def label(lines: Sequence[Line]) -> Verdict:
    """Set `body` of every line, and `roles` of those around the body; behind the first MOST_LINES nothing is body."""
    lines = lines[:MOST_LINES]
    again = pasted_again(lines)
    verdict = _label([line for number, line in enumerate(lines) if number not in again])
    for number, first in again.items():
        lines[number].body = lines[first].body
    return verdict


def pasted_again(lines: Sequence[Line]) -> dict[int, int]:
    """The lines of a second copy of the article, and of which line each is one; nothing where a few lines come again.

    A copy pasted twice is judged as if it stood there once: no page that the labeller has learned from is like that.
    """
    first: dict[str, int] = {}
    again: dict[int, int] = {}
    told = 0.0
    for number, line in enumerate(lines):
        if line.words >= SHORTEST_PROSE:
            told += line.words
            if (earlier := first.setdefault(line.text, number)) != number:
                again[number] = earlier
    is_copy = len(again) >= FEWEST_AGAIN and sum(lines[number].words for number in again) >= SHARE_AGAIN * told
    return again if is_copy else {}


def _label(lines: Sequence[Line]) -> Verdict:
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
        for row, title, byline, time, caption in zip(features.rows, *told, strict=True):
            lines[row].roles = {"title": title, "byline": byline, "time": time, "caption": caption}
    odds = np.fromiter([line.body for line in lines], np.float32, len(lines))
    return judge("page", page_features(sight, odds, told_of(lines)), model)


def told_of(lines: Sequence[Line]) -> Told:
    """What the roles of labelled lines tell of the copy."""
    told = [(line.roles, line.words) for line in lines if line.roles]
    if not told:
        return Told(0.0, 0.0, 0.0, lines[0].words, *body_span(lines))
    byline, time = (max([roles[role] for roles, _ in told]) for role in ("byline", "time"))
    roles, words = max(told, key=lambda one: one[0]["title"])
    return Told(roles["title"], byline, time, words, *body_span(lines))


def reasons(lines: Sequence[Line]) -> list[str]:
    """For each line the features that told most for or against its being body, beside the other lines of the copy.

    `+` in front of what told for it, `-` of what told against it.
    """
    again = pasted_again(lines[:MOST_LINES])
    looked_at = [line for number, line in enumerate(lines[:MOST_LINES]) if number not in again]
    if not looked_at:
        return []
    model = load_model()
    shares = model.heads["body"].shares(line_features(look_at(looked_at, model)), len(FEATURES))
    named = iter(name_shares(shares, [line.body > 0.5 for line in looked_at], FEATURES))
    told: list[str] = []
    for number in range(len(lines)):
        if number >= MOST_LINES:
            told.append("behind all that is looked at")
        else:
            told.append("as the first time" if number in again else next(named))
    return told


def name_shares(shares: np.ndarray, is_body: Sequence[bool], names: Sequence[str]) -> list[str]:
    """For each row of `Trees.shares` the features that told most: `+` in front of what told for body, `-` against it.

    What all rows have in common tells none from another, and does not count.
    """
    shares = shares - shares.mean(axis=0)
    told = []
    for row, sign in zip(shares, ("+" if body else "-" for body in is_body), strict=True):
        order = np.argsort(-row if sign == "+" else row)[:REASONS]
        told.append(", ".join(f"{sign}{names[int(n)]}" for n in order))
    return told
