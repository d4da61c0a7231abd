"""What is to go when an article is taken down, read from an open warehouse, published copy or writer's file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from warehouse._arrow import table
from warehouse._sql import query
from warehouse.rows import Pack, Pair

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Named:
    """What a name on the command line stands for: an article, or a refused document (then there is no article)."""

    article_id: str | None
    document_id: str | None = None


@dataclass(frozen=True, slots=True)
class RawCopy:
    """A raw document that goes; `is_shared`: documents of another article came from the same origin."""

    document_id: str
    origin: str
    article_id: str | None
    pack: Pack
    is_shared: bool


@dataclass(frozen=True, slots=True)
class Stored:
    """A version of an article that goes."""

    article_id: str
    version: int
    source: str | None
    title: str | None
    url: str | None
    body_hash: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Going:
    """All that goes; `related`: rows of other articles with words of these, which stay."""

    documents: tuple[RawCopy, ...]
    versions: tuple[Stored, ...]
    related: tuple[dict[str, Any], ...]


def find_named(connection: "DuckDBPyConnection", name: str, url: str | None) -> list[Named]:
    """What has this id, or an id that begins so, or came from this origin; `url`: the name as a canonical URL."""
    rows = connection.execute(query("find_named"), {"name": name, "url": url}).fetchall()
    return [Named(*row) for row in rows]


def find_buried(connection: "DuckDBPyConnection", name: str, keys: Sequence[str]) -> list[tuple[str, datetime]]:
    """The articles taken down before that have this id, or an id that begins so, or one of these keys; and when."""
    return connection.execute(query("find_buried"), {"name": name, "keys": list(keys)}).fetchall()  # type: ignore[return-value]


def find_refused(connection: "DuckDBPyConnection") -> list[tuple[Pack, list[Pair]]]:
    """All refused documents, by pack."""
    rows = connection.execute(query("find_refused_documents")).fetchall()
    return [(Pack(pack, received_at), list(documents)) for pack, received_at, documents in rows]


def find_going(connection: "DuckDBPyConnection", named: Sequence[Named]) -> Going:
    """Everything of these articles and refused documents."""
    asked = table({"article_id": [n.article_id for n in named], "document_id": [n.document_id for n in named]})
    connection.register("asked", asked)
    try:
        documents = [
            RawCopy(document_id, origin, article_id, Pack(pack, received_at), is_shared)
            for document_id, origin, article_id, pack, received_at, is_shared in connection.execute(
                query("forget_documents_of")
            ).fetchall()
        ]
        versions = [Stored(*row) for row in connection.execute(query("forget_versions_of")).fetchall()]
        connection.execute(query("forget_related_to"))
        columns = [column[0] for column in connection.description or []]
        related = [dict(zip(columns, row, strict=True)) for row in connection.fetchall()]
    finally:
        connection.unregister("asked")
    return Going(tuple(documents), tuple(versions), tuple(related))
