"""What was refused, with the beginning of its raw copy."""

from typing import Any

from schemas.outcome import Refusal
from schemas.settings import Settings
from tasks._encoding import decode
from warehouse import landing, reports

#: About one screen.
SHOWN_CHARACTERS = 1500


def show_refused(settings: Settings, document: str) -> list[dict[str, Any]]:
    """The refusals of a document, named by its id, the beginning of it, or its origin; `raw`: its first lines."""
    rows = reports.find_quarantine(settings.warehouse, document)
    return [{**row, "raw": _beginning(settings, row)} for row in rows]


def _beginning(settings: Settings, row: dict[str, Any]) -> str | None:
    if not row["pack"]:
        return None
    found = landing.find_document(settings.landing, row["pack"], row["document_id"], row["origin"])
    if found is None or not found.content:
        return None
    text = decode(found.content[: 4 * SHOWN_CHARACTERS], found.charset, is_html=found.media_type == "text/html")
    if isinstance(text, Refusal):
        return f"{len(found.content):,} bytes that are no text: {found.content[:32].hex(' ')} …"
    return text.text[:SHOWN_CHARACTERS]
