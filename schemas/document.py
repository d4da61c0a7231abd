"""A raw document, as it was received."""

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from schemas.outcome import Refusal


@dataclass(frozen=True, slots=True)
class Given:
    """What the collector knew of a document; it wins over what is read from the copy.

    `published_at` is the collector's own string, not yet parsed.  `source`: of the document, else of the whole input
    (`--source`).  `zone`: the IANA zone of times that name none.  Every field may be absent.
    """

    id: str | None = None
    url: str | None = None
    source: str | None = None
    title: str | None = None
    authors: tuple[str, ...] = ()
    published_at: str | None = None
    language: str | None = None
    zone: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The fields that are there, JSON-ready."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items() if v}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Given":
        """The reverse of `as_dict`."""
        return cls(**{**values, "authors": tuple(values.get("authors") or ())})


@dataclass(frozen=True, slots=True)
class Document:
    """One raw document.

    `document_id`: SHA-256, hex, of the bytes after `.gz`; of the copy's UTF-8 for a row of a dump.
    `origin`: path or URL; `#ID`, `#LINE` or `#OFFSET` inside a dump or archive.
    `content`: those bytes, still encoded as they came.  `media_type`: `text/plain`, `text/html`, or what it turned
    out to be when it cannot be read.  `charset`: what the sender declared, not to be trusted.
    `refusal`: set when reading already failed; then `content` is whatever bytes could be had.  `received_at`: when it
    was put into the landing folder; None before that.
    """

    document_id: str
    origin: str
    content: bytes
    media_type: str
    charset: str | None = None
    given: Given = field(default_factory=Given)
    refusal: Refusal | None = None
    received_at: datetime | None = None
