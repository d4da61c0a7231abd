"""Which outlet a plain-text document is of, before anything else is known of it."""

from collections.abc import Sequence

from schemas.document import Document
from tasks._lines import Line
from tasks._text import field_line
from tasks._urls import canonical_url, domain_of


def named_source(lines: Sequence[Line]) -> str | None:
    """The outlet that a notification prompt names, else the copyright line."""
    naming = [line.match for line in lines if line.match and line.match.source]
    for kind in ("notification_prompt", "legal"):
        for match in naming:
            if match.kind == kind and match.source and len(match.source.split()) <= 6:
                return match.source
    return None


def given_source(document: Document) -> str | None:
    """The outlet as the collector gave it."""
    return field_line(document.given.source)


def source_of(document: Document, lines: Sequence[Line]) -> str | None:
    """The outlet: as given, else as the copy names it, else the domain; the order that `normalise` has, too."""
    named = field_line(named_source(lines))
    if named and not any(map(str.isalnum, named)):
        named = None
    fetched = document.origin if document.origin.startswith(("http://", "https://")) else None
    url = canonical_url(document.given.url) or canonical_url(fetched)
    return given_source(document) or named or domain_of(url)
