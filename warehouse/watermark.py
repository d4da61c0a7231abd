"""What an export holds, in a file of it, so that a later one can be made of what has changed since.

The warehouse keeps no time of change for a row, and needs none: rows are compared.  A watermark has the key of each row
and 64 bits of the MD5 of what is in it; of an article, whose row is written anew with a new `loaded_at`, of the columns
that are changed in place.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from schemas.errors import UsageError
from warehouse._parquet import reader, write_rows
from warehouse._sql import query
from warehouse.describe import Relation

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FILE = "watermark.parquet"
#: The tables of which an export of changes has the changed rows, and what a row of each is known by.  Other tables are
#: small, and written whole; other views follow from the tables.
KEYS = {
    "articles": ("article_id",),
    "article_versions": ("article_id", "version"),
    "article_links": ("article_id", "other_id", "kind"),
    "stories": ("story_id",),
    "documents": ("document_id", "origin"),
    "receipts": ("run_id", "position"),
    "quarantine": ("document_id", "origin", "run_id"),
    "runs": ("run_id",),
    "quality_results": ("run_id", "batch", "expectation", "column_name"),
    "collected_urls": ("url",),
    "tombstones": ("article_id",),
}
#: Of an article's row; whatever else is in it changes only with `loaded_at`.
_CHANGED_IN_PLACE = ("loaded_at", "valid_to", "near_duplicate_of", "story_id")


def note_rows(connection: "DuckDBPyConnection", public: list[Relation]) -> None:
    """Make the temporary table `export_now`: what a watermark of this state says."""
    told = [_watermark(relation) for relation in public if relation.name in KEYS]
    connection.execute("CREATE OR REPLACE TEMP TABLE export_now AS " + " UNION ALL ".join(told))


def find_changes(connection: "DuckDBPyConnection", since: Path, warehouse_id: str) -> None:
    """Make the temporary table `export_changed`: keys of the rows that are new or other than at the watermark."""
    connection.execute(query("export_changed").format(watermark=_read(since, warehouse_id)))


def changed_rows(relation: Relation) -> str:
    """The changed rows of one of `KEYS`, as something to select from."""
    key = _key(relation.name)
    changed = f'SELECT "key" FROM export_changed WHERE "table" = \'{relation.name}\''
    return f'(SELECT told.* FROM "{relation.name}" AS told WHERE {key} IN ({changed}))'


def write_deleted(connection: "DuckDBPyConnection", since: Path, target: Path, metadata: dict[str, str]) -> int:
    """The keys of rows that were there at the watermark and are not any more, as a file; the answer is their number."""
    sql = query("export_deleted").format(watermark=_quoted(since))
    return write_rows([reader(connection.execute(sql))], target, metadata)


def write_watermark(connection: "DuckDBPyConnection", target: Path, metadata: dict[str, str]) -> None:
    """`export_now` as a file."""
    sql = 'SELECT * FROM export_now ORDER BY "table", "key"'
    write_rows([reader(connection.execute(sql))], target, metadata)


def find_watermark(told: Path, folder: Path) -> Path:
    """The file that a person means: it, or the folder of an export; UsageError where there is none to go by."""
    path = told / FILE if told.is_dir() else told
    if not path.is_file():
        raise UsageError(f"--since {told}: there is no {path}; name the folder of an earlier export, or export all")
    if path.resolve() == (folder / FILE).resolve():
        raise UsageError(
            f"--since {told} is where this export is to go, and would be written over: name another folder"
        )
    return path


def _read(path: Path, warehouse_id: str) -> str:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        told = pq.read_schema(path).metadata or {}
    except (OSError, pa.ArrowException) as error:
        raise UsageError(f"--since {path} is no watermark ({str(error).splitlines()[0]}): export all") from error
    if told.get(b"warehouse_id", b"").decode() != warehouse_id:
        raise UsageError(f"--since {path} is of another warehouse: export all of this one first")
    return _quoted(path)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _key(name: str) -> str:
    return "to_json([" + ", ".join(f'told."{column}"::VARCHAR' for column in KEYS[name]) + "])::VARCHAR"


def _watermark(relation: Relation) -> str:
    columns = [column.name for column in relation.columns]
    if relation.name in ("articles", "article_versions"):
        columns = [name for name in columns if name in _CHANGED_IN_PLACE]
    content = "to_json([" + ", ".join(f'told."{name}"::VARCHAR' for name in columns) + "])::VARCHAR"
    sql = query("export_watermark").format(table=relation.name, key=_key(relation.name), content=content)
    return "(" + sql.split("\n", 1)[1].rstrip().rstrip(";") + ")"
