"""What was refused: whether it is there, and the beginning of its raw copy."""

from collections.abc import Iterable
from typing import Any

from schemas.errors import UsageError
from schemas.outcome import Refusal
from schemas.settings import Settings
from tasks._encoding import decode
from warehouse import landing, reports
from warehouse.rows import Pack

#: About one screen.
SHOWN_CHARACTERS = 1500


def show_refused(settings: Settings, document: str) -> list[dict[str, Any]]:
    """The refusals of a document, named by its id, the beginning of it, or its origin; `raw`: its first lines."""
    rows = reports.find_quarantine(settings.warehouse, document)
    return [{**row, "raw": _beginning(settings, row)} for row in rows]


def require_refused(settings: Settings, documents: Iterable[str]) -> None:
    """`UsageError` for the first of these names that no refused document has: before a run is begun for it."""
    for name in documents:
        if not name:
            raise UsageError("a document has no name; leave the names out to replay everything that was refused")
        reports.find_quarantine(settings.warehouse, name)


def _beginning(settings: Settings, row: dict[str, Any]) -> str | None:
    if not row["pack"]:
        return None
    wanted = {(row["document_id"], row["origin"])}
    found = next(iter(landing.read_documents(settings.landing, Pack(row["pack"], row["received_at"]), wanted)), None)
    if found is None or not found.content:
        return None
    text = decode(found.content[: 4 * SHOWN_CHARACTERS], found.charset, is_html=found.media_type == "text/html")
    if isinstance(text, Refusal):
        return f"{len(found.content):,} bytes that are no text: {found.content[:32].hex(' ')} …"
    return text.text[:SHOWN_CHARACTERS]
