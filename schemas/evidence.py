"""Where the fields of an article come from, and how sure they are."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Candidate:
    """What one place says of a field, as it stands there.

    `source`: the place: `given`, `JSON-LD`, `og:title`, `h1`, `printed`, `publisher:quay`, ...
    """

    source: str
    value: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One field of an article.

    `value`: as the article has it.  `rule`: what settled it.  `sources`: the places that say so; none where it was told
    from the words themselves.  `others`: what other places say.  `sure`: 0 to 1, how often fields settled by this rule
    are right; in plain text, how sure the labeller is of the line; None where that was never measured.
    """

    field: str
    value: Any
    rule: str
    sources: tuple[str, ...] = ()
    others: tuple[Candidate, ...] = ()
    sure: float | None = None
