"""How the tests of reading read: a file, bytes under a name, standard input."""

import io
import tempfile
from pathlib import Path

from schemas.document import Document
from schemas.settings import Settings
from tasks.read import read_input

SETTINGS = Settings()
SMALL = Settings(max_document_bytes=10_000)
PAGE = b"<!DOCTYPE html><html><head><title>Weir</title></head><body><p>The weir burst.</p></body></html>"


def read(path: Path | str, settings: Settings = SETTINGS) -> list[Document]:
    return list(read_input(str(path), settings))


def read_bytes(content: bytes, name: str = "input", settings: Settings = SETTINGS) -> list[Document]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return read(path, settings)


def read_stdin(content: bytes, settings: Settings = SETTINGS) -> list[Document]:
    return list(read_input("-", settings, io.BytesIO(content)))


def reasons(documents: list[Document]) -> list[str | None]:
    return [document.refusal.reasons[0] if document.refusal else None for document in documents]


def suffixes(documents: list[Document]) -> list[str]:
    return [document.origin.partition("#")[2] for document in documents]
