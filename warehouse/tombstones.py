"""Articles that were taken down, carried out everywhere that the warehouse and its landing folder reach.

    a file in landing/forgotten/ -> rows -> raw packs -> snapshots -> both files of the warehouse -> exports, reports

The file comes first, and says what is to go by hashes alone.  Whatever of it the warehouse has not done is done
whenever a store is opened: so a command that was killed anywhere is ended by the next, and a warehouse that is rebuilt
from the packs, or put back from a backup, knows what must not come back.
"""

import contextlib
import json
import os
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.errors import WarehouseError
from schemas.tombstone import Forgetting, Tombstone, digest, document_hash
from warehouse import landing
from warehouse._arrow import table, values_table
from warehouse._reasons import reason
from warehouse._sql import query
from warehouse.connection import Writer, open_reader
from warehouse.made import list_made
from warehouse.memory import forget_lines
from warehouse.migrate import read_state, write_state
from warehouse.publish import publish, sync_folder
from warehouse.search_index import forget_in_index

if TYPE_CHECKING:
    import pyarrow as pa

#: What `warehouse_state` has while words may still stand in free blocks or elsewhere: the files that are carried out.
_PENDING = "forgetting"
_UNFINISHED = ".unfinished"


def write_forgetting(landing_folder: Path, forgetting: Forgetting) -> Path:
    """Write down what is to go, and answer when it is on the disk: from then on it goes, whatever happens."""
    folder = landing_folder / "forgotten"
    text = json.dumps(
        {
            "forgotten_at": forgetting.forgotten_at.astimezone(UTC).isoformat(),
            "articles": [
                {"article_id": t.article_id, "source": t.source, "keys": t.keys, "documents": t.documents}
                for t in forgetting.tombstones
            ],
            "lines": forgetting.lines,
        },
        indent=1,
    )
    path = folder / f"{digest(text)[:16]}.json"
    unfinished = folder / f".{path.name}.{os.getpid()}{_UNFINISHED}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with unfinished.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        sync_folder(folder)
        sync_folder(landing_folder)
    except OSError as error:
        raise WarehouseError(f"cannot write down in {folder} what is to be forgotten: {reason(error)}") from error
    return path


def read_forgetting(path: Path) -> Forgetting:
    """The reverse of `write_forgetting`; WarehouseError when the file is broken."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return Forgetting(
            datetime.fromisoformat(told["forgotten_at"]),
            tuple(
                Tombstone(
                    t["article_id"], t["source"], tuple((kind, key) for kind, key in t["keys"]), tuple(t["documents"])
                )
                for t in told["articles"]
            ),
            tuple((key, count) for key, count in told["lines"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WarehouseError(
            f"{path} cannot be read ({type(error).__name__}): put it back from a backup, or move it away and forget "
            "its articles again"
        ) from error


def settle(writer: Writer, landing_folder: Path) -> None:
    """Do whatever is left to do of what was to be forgotten; nearly always that is nothing."""
    bury(writer, landing_folder)
    finish(writer, landing_folder)


def bury(writer: Writer, landing_folder: Path) -> None:
    """Delete the rows of what the files of the landing folder name and the warehouse has not done, and keep it out."""
    paths = sorted((landing_folder / "forgotten").glob("*.json"))
    if not paths:
        return
    done = {name for (name,) in writer.connection.execute(query("find_buried_files")).fetchall()}
    for path in paths:
        if path.name not in done:
            _bury(writer, landing_folder, path)


def finish(writer: Writer, landing_folder: Path) -> None:
    """After the rows: packs, snapshots, the files of the warehouse, and what was made from it."""
    take_out_of_packs(writer, landing_folder)
    pending = read_state(writer.connection, _PENDING)
    if not pending:
        return
    forgotten = landing_folder / "forgotten"
    for left in forgotten.glob(f".*{_UNFINISHED}"):  # by a command that was killed
        left.unlink(missing_ok=True)
    for name in pending.split():
        if (forgotten / name).exists():
            forget_lines(writer, landing_folder, dict(read_forgetting(forgotten / name).lines))
    writer.make_anew()
    writer.published_revision = -1  # whatever readers see now, it is to be replaced
    publish(writer)
    _clear_beside(writer.path)
    write_state(writer.connection, _PENDING, "")


def take_out_of_packs(writer: Writer, landing_folder: Path) -> None:
    """Write the packs anew that still hold what was forgotten."""
    packs = writer.connection.execute(query("find_forgotten_documents")).fetchall()
    for name, documents in packs:
        landing.take_out(landing_folder, name, frozenset(documents))
    if packs:
        with writer.transaction() as connection:
            connection.execute(query("delete_forgotten_documents"))


def must_finish(writer: Writer) -> None:
    """In the transaction that is open: rows with words are deleted, and the files must be made anew."""
    if not read_state(writer.connection, _PENDING):
        write_state(writer.connection, _PENDING, "-")


def _bury(writer: Writer, landing_folder: Path, path: Path) -> None:
    forgetting = read_forgetting(path)
    tables = _tables(forgetting, path.name) | {"in_packs": _in_packs(landing_folder, forgetting.documents)}
    with writer.transaction() as connection:
        for name, rows in tables.items():
            connection.register(name, rows)
        try:
            for statement in ("insert_forgotten_documents", "forget_documents", "forget_titles", "forget_articles"):
                connection.execute(query(statement))
        finally:
            for name in tables:
                connection.unregister(name)
        write_state(connection, _PENDING, f"{read_state(connection, _PENDING) or ''} {path.name}".strip())


def _tables(forgetting: Forgetting, file: str) -> "dict[str, pa.Table]":
    stones = forgetting.tombstones
    keys = [(stone, kind, key) for stone in stones for kind, key in stone.keys]
    return {
        "forgotten": values_table("article_id", [stone.article_id for stone in stones]),
        "forgotten_pairs": values_table("document", sorted(forgetting.documents)),
        "buried": table(
            {
                "article_id": [stone.article_id for stone in stones],
                "source": [stone.source for stone in stones],
                "forgotten_at": [forgetting.forgotten_at] * len(stones),
                "file": [file] * len(stones),
            }
        ),
        "buried_keys": table(
            {
                "article_id": [stone.article_id for stone, _, _ in keys],
                "kind": [kind for _, kind, _ in keys],
                "key": [key for _, _, key in keys],
                "source": [stone.source for stone, _, _ in keys],
            }
        ),
    }


def _in_packs(landing_folder: Path, documents: Collection[str]) -> "pa.Table":
    """Where the raw documents are: every pack is looked into, those that are not loaded too."""
    found: list[tuple[str, str]] = []
    for pack in landing.list_packs(landing_folder):
        hashes = (document_hash(*pair) for pair in landing.read_pairs(landing_folder, pack))
        found += [(pack.name, hashed) for hashed in hashes if hashed in documents]
    return table({"pack": [pack for pack, _ in found], "document": [hashed for _, hashed in found]})


def _clear_beside(warehouse: Path) -> None:
    """What was made from the warehouse: an export is marked by its list of tombstones, a report is deleted.

    So is the file that was set aside when the warehouse was last begun anew.  The index of `search` forgets as well.
    """
    kept = warehouse.with_name(f"{warehouse.name}.before")
    beside: list[Path] = [kept, kept.with_name(kept.name + ".wal"), *list_made(warehouse, "report")]
    try:
        for path in beside:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise WarehouseError(f"cannot delete {error.filename}: {reason(error)}") from error
    forget_in_index(warehouse)
    exports = list_made(warehouse, "export")
    if exports:
        with contextlib.closing(open_reader(warehouse)) as connection:
            rows: Any = connection.execute("SELECT * FROM tombstones").to_arrow_table()
        for folder in exports:
            _mark(folder, rows)


def _mark(folder: Path, rows: Any) -> None:
    import pyarrow.parquet as pq

    unfinished = folder / f".tombstones.{os.getpid()}{_UNFINISHED}"
    try:
        pq.write_table(rows, unfinished, compression="zstd")
        unfinished.replace(folder / "tombstones.parquet")
    except OSError as error:
        raise WarehouseError(f"cannot mark the export in {folder}: {reason(error)}") from error
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
