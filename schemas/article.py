"""A finished article: the record that `copydesk extract` prints and the warehouse stores."""

from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from schemas.draft import Caption


class Removed(NamedTuple):  # as `Piece`; between processes it also goes three times as fast
    """A piece taken out of the copy.

    `line`: 1-based for plain text, None for HTML.  `position`: 0-based character in the line; for HTML the piece's
    number in document order.  `kind`: one of `schemas.outcome.KINDS`.  `rule`: what decided.
    """

    line: int | None
    position: int
    text: str
    kind: str
    rule: str


@dataclass(frozen=True, slots=True)
class Article:
    """One document as a record; the fields, their order and meaning are those of the README's table.

    Times are aware, in UTC.  `outcome` is `accepted` or `rejected`; `reasons` is empty unless rejected.
    `body`: paragraphs separated by one blank line.  `confidence`: 0 to 1.
    """

    document_id: str
    origin: str
    outcome: str = "accepted"
    reasons: tuple[str, ...] = ()
    title: str | None = None
    standfirst: str | None = None
    authors: tuple[str, ...] = ()
    author_kinds: tuple[str, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    published_on: date | None = None
    published_precision: str | None = None
    updated_precision: str | None = None
    published_offset_minutes: int | None = None
    published_raw: str | None = None
    updated_raw: str | None = None
    published_basis: str | None = None
    updated_basis: str | None = None
    source: str | None = None
    url: str | None = None
    language: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    body: str = ""
    captions: tuple[Caption, ...] = ()
    removed: tuple[Removed, ...] = ()
    flags: tuple[str, ...] = ()
    word_count: int = 0
    confidence: float = 0.0
    #: Not part of the record: the hash of the body's words, worked out where there are many processes; and where and
    #: why it was refused, for the quarantine.
    body_hash: str = field(default="", metadata={"internal": True})
    stage: str | None = field(default=None, metadata={"internal": True})
    detail: str | None = field(default=None, metadata={"internal": True})

    def as_record(self) -> dict[str, Any]:
        """The record as JSON-ready values: times ISO 8601 with `Z`, days `YYYY-MM-DD`."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self) if not f.metadata.get("internal")}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Removed):
        return value._asdict()
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if isinstance(value, Caption):
        return {f.name: getattr(value, f.name) for f in fields(value)}
    return value
