"""What is known of an outlet beforehand; one file of `seeds/publishers/` each."""

from dataclasses import dataclass, field
from datetime import date, datetime

#: Fields that a selector may read, and the body.
SELECTED = ("body", "title", "standfirst", "authors", "published")


@dataclass(frozen=True, slots=True)
class Publisher:
    """An outlet.

    `key`: the name of its file; rules that decided something are called `publisher:KEY`.  `name`: as `source` gives it.
    `domains`: its sites, without `www.`; a subdomain of one is the outlet's too.  `also_known_as`: other names under
    which copy comes.  `zone`: the IANA zone of the clock that it prints, used for times that name no zone.

    `selectors`: by field (SELECTED), a CSS selector of what holds it on the outlet's pages.  `remove`: kinds of removed
    pieces, and the selector of the furniture that is one.  `phrases`: lines of the outlet's own furniture, folded as
    `tasks/_phrases.py` does, with their kinds.  `valid_until`: the last day whose pages these three fit.
    """

    key: str
    name: str
    domains: tuple[str, ...] = ()
    also_known_as: tuple[str, ...] = ()
    zone: str | None = None
    selectors: dict[str, str] = field(default_factory=dict)
    remove: tuple[tuple[str, str], ...] = ()
    phrases: dict[str, str] = field(default_factory=dict)
    valid_until: date | None = None

    @property
    def rule(self) -> str:
        """What decided, in `removed` and `explain`."""
        return f"publisher:{self.key}"

    def fits(self, received_at: datetime | None) -> bool:
        """Whether its selectors and phrases are for a page received then; one that just came in is of today."""
        return self.valid_until is None or received_at is None or received_at.date() <= self.valid_until
