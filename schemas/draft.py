"""A document taken apart but not yet normalised: pieces with kinds, and raw fields."""

import re
from dataclasses import dataclass
from typing import NamedTuple

BODY = "body"

_NO_SPACE_BEFORE = re.compile(r"[.,;:!?…)\]”’»。，、！？：；）」』]|['’]s\b")
_NO_SPACE_BEHIND = "([“‘«「『（"
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")


def glue(one: str, other: str) -> str:
    """What stands between two stretches of one paragraph: a space, but not before punctuation or in Han and kana."""
    if not one or _NO_SPACE_BEFORE.match(other) or one[-1] in _NO_SPACE_BEHIND:
        return ""
    return "" if _UNSPACED.match(one[-1]) and _UNSPACED.match(other) else " "


class Piece(NamedTuple):  # a copy has hundreds, and a frozen dataclass takes three times as long
    """A stretch of the copy and what it was taken for.

    `line`: 1-based line for plain text, None for HTML.  `position`: 0-based character in that line; for HTML the
    piece's number in document order.  `text`: as it stands in the copy.  `kind`: `body`, or one of
    `schemas.outcome.KINDS`.  `rule`: the name of what decided.  `confidence`: 0 to 1.
    A body piece is one paragraph, unless `joins` says that it goes on with the paragraph before it.
    """

    line: int | None
    position: int
    text: str
    kind: str
    rule: str
    confidence: float = 1.0
    joins: bool = False

    def taken_as(self, kind: str, rule: str) -> "Piece":
        """The same piece, taken for something else."""
        return self._replace(kind=kind, rule=rule)


@dataclass(frozen=True, slots=True)
class Byline:
    """Who signed, as printed (`By Ann Lee and Bo Ek in Oslo`), and `person`/`organisation` where the page says so."""

    text: str
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Caption:
    """A picture's caption and its credit, apart; either may be empty, not both."""

    text: str | None
    credit: str | None


@dataclass(frozen=True, slots=True)
class Draft:
    """What `extract` and `strip` hand on.

    `pieces` hold all the copy in document order; the body is the pieces of kind `body`.  The other fields are raw
    words: `published` and `updated` are candidates, best first, as printed.  `source` is the outlet as the page or
    the copy names it.  `is_teaser`: the page says that the rest is for subscribers.  `other_odds`: log-odds
    that it is no article, None where that was not asked; `against`: what told most for that.  `is_amp`: it is an AMP
    copy of the article at `url`, or says so.
    """

    pieces: tuple[Piece, ...] = ()
    title: str | None = None
    standfirst: str | None = None
    bylines: tuple[Byline, ...] = ()
    published: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    source: str | None = None
    url: str | None = None
    language: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    captions: tuple[Caption, ...] = ()
    flags: tuple[str, ...] = ()
    confidence: float = 1.0
    is_teaser: bool = False
    other_odds: float | None = None
    against: tuple[str, ...] = ()
    is_amp: bool = False

    def paragraphs(self) -> list[str]:
        """The body's paragraphs, as printed."""
        out: list[str] = []
        for piece in self.pieces:
            if piece.kind != BODY:
                continue
            if piece.joins and out:
                out[-1] += glue(out[-1], piece.text) + piece.text
            else:
                out.append(piece.text)
        return out
