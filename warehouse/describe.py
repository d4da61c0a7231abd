"""docs/tables.md, made from the comments in the warehouse: `python -m warehouse.describe > docs/tables.md`."""

import sys
import tempfile
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
_INTERNAL = ("article_keys", "relate_queue", "schema_migrations", "warehouse_state")


def describe_tables(connection: "DuckDBPyConnection") -> str:
    """Every table and view with its columns and comments, as a page of Markdown."""
    rows = connection.execute(query("table_columns")).fetchall()
    sections: dict[str, list[str]] = {"Tables": [], "Views": [], "For the loader": []}
    for (name, kind, comment), columns in groupby(rows, key=lambda row: row[:3]):
        lines = [f"### `{name}`", "", comment or "", "", "| column | type | meaning |", "|---|---|---|"]
        lines += [f"| `{column}` | `{data_type}` | {_cell(told)} |" for *_, column, data_type, told in columns]
        section = "For the loader" if name in _INTERNAL else "Tables" if kind == "table" else "Views"
        sections[section].append("\n".join(lines))
    parts = [_HEAD] + [f"## {title}\n\n" + "\n\n".join(tables) + "\n" for title, tables in sections.items()]
    return "\n".join(parts)


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|")


def main() -> None:
    """Print the page for an empty warehouse, which is the same as for a full one."""
    with tempfile.TemporaryDirectory() as folder, open_writer(Path(folder) / "empty.duckdb") as writer:
        sys.stdout.write(describe_tables(writer.connection))


if __name__ == "__main__":
    main()
