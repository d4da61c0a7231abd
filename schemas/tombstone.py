"""What is kept of articles that were taken down: enough to keep them out, and no words of theirs."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

#: The reason of what is kept out, and what stands in receipts for its origin, which may hold words (a URL, a path).
FORGOTTEN = "forgotten"
#: kind (`url`, `id`, `document`, `words`) and SHA-256, hex.
Key = tuple[str, str]
#: Kinds of keys that several outlets may share: the same bytes or words from another one are another article.
SHARED_KINDS = ("document", "words")


@dataclass(frozen=True, slots=True)
class Tombstone:
    """An article that was taken down.

    `keys`: what it is known by when it comes again.  `documents`: `document_hash` of each of its raw documents.
    """

    article_id: str
    source: str | None
    keys: tuple[Key, ...]
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Forgetting:
    """Articles that are taken down together.

    `lines`: keys of lines of their plain-text documents (tasks/_memory.py), and in how many of these each stands.
    """

    forgotten_at: datetime
    tombstones: tuple[Tombstone, ...]
    lines: tuple[tuple[int, int], ...] = ()

    @property
    def documents(self) -> frozenset[str]:
        """`document_hash` of each of their raw documents."""
        return frozenset(document for tombstone in self.tombstones for document in tombstone.documents)


def digest(text: str) -> str:
    """SHA-256, hex, as `sha256()` of DuckDB gives it for the text as it is stored."""
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def document_hash(document_id: str, origin: str) -> str:
    """What a raw document is known by once its origin must not be named any more."""
    return digest(f"{document_id}\n{origin}")
