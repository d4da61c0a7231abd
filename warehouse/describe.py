"""docs/tables.md, made from the comments in the warehouse: `python -m warehouse.describe > docs/tables.md`."""

import sys
import tempfile
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse._sql import query
from warehouse.connection import open_writer

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_HEAD = """# Tables and views

Made from the comments in the warehouse by `python -m warehouse.describe`; do not edit.
The same comments are in `duckdb_tables()`, `duckdb_views()` and `duckdb_columns()`.
"""
#: The loader's own tables come last: nobody needs them to read the news.
_INTERNAL = (
    "article_keys", "backfill_sitemaps", "collected_hosts", "forgotten_documents", "landed_packs", "relate_articles",
    "relate_furniture", "relate_marks", "relate_queue", "schema_migrations", "story_edges", "story_nodes",
    "story_terms", "tombstone_keys", "warehouse_state",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A column and what it means; `type` in DuckDB's words."""

    name: str
    type: str
    comment: str


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view; `kind` says which."""

    name: str
    kind: str
    comment: str
    columns: tuple[Column, ...]

    @property
    def is_internal(self) -> bool:
        """Whether only the loader needs it."""
        return self.name in _INTERNAL


def relations(connection: "DuckDBPyConnection") -> list[Relation]:
    """Every table and view of the warehouse, by name."""
    rows = connection.execute(query("table_columns")).fetchall()
    return [
        Relation(name, kind, comment or "", tuple(Column(row[3], row[4], row[5] or "") for row in columns))
        for (name, kind, comment), columns in groupby(rows, key=lambda row: row[:3])
    ]


def describe(relation: Relation) -> str:
    """A relation with its columns and comments, as a section of Markdown."""
    lines = [f"### `{relation.name}`", "", relation.comment, "", "| column | type | meaning |", "|---|---|---|"]
    lines += [f"| `{c.name}` | `{c.type}` | {c.comment.replace('|', chr(92) + '|')} |" for c in relation.columns]
    return "\n".join(lines)


def describe_tables(connection: "DuckDBPyConnection") -> str:
    """Every table and view with its columns and comments, as a page of Markdown."""
    sections: dict[str, list[str]] = {"Tables": [], "Views": [], "For the loader": []}
    for relation in relations(connection):
        section = "For the loader" if relation.is_internal else "Tables" if relation.kind == "table" else "Views"
        sections[section].append(describe(relation))
    parts = [_HEAD] + [f"## {title}\n\n" + "\n\n".join(tables) + "\n" for title, tables in sections.items()]
    return "\n".join(parts)


def main() -> None:
    """Print the page for an empty warehouse, which is the same as for a full one."""
    with tempfile.TemporaryDirectory() as folder, open_writer(Path(folder) / "empty.duckdb") as writer:
        sys.stdout.write(describe_tables(writer.connection))


if __name__ == "__main__":
    main()
