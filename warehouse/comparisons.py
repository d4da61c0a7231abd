"""What `copydesk diff` asks of a warehouse: an article's versions, and how two articles are linked."""

from typing import TYPE_CHECKING

from schemas.comparison import Link, Version
from warehouse._sql import query

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def versions_of(connection: "DuckDBPyConnection", article_id: str) -> list[Version]:
    """All versions of an article, the first one first."""
    rows = connection.execute(query("diff_versions"), {"article_id": article_id}).fetchall()
    return [Version(number, at, title, lead, tuple(authors), body) for number, at, title, lead, authors, body in rows]


def links_between(connection: "DuckDBPyConnection", one: str, other: str) -> list[Link]:
    """The rows of `article_links` for two articles, whichever of them has the other."""
    return [Link(*row) for row in connection.execute(query("diff_links"), {"one": one, "other": other}).fetchall()]
