"""Snapshots of what was learned of sources: files of the landing folder, numbered, written once.

A snapshot is `landing/memory/0001.npz`, made by numpy: `keys` (64 bits for a source and a line, sorted), `articles`
(in how many of its source each stands), and `lines`, the same in words: `SOURCE<tab>LINE` a line, in UTF-8.  An empty
line has how many articles of the source there are.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from schemas.document import Document
from warehouse import landing
from warehouse._snapshots import newest_in, number_of, read_arrays, write_arrays
from warehouse._sql import query
from warehouse.migrate import read_state, write_state
from warehouse.rows import Pack

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from warehouse.connection import Writer
    from warehouse.store import Store

_ARRAYS = ("keys", "articles", "lines")
#: What `warehouse_state` has: the number of the snapshot in `source_lines`, and what it was learned from.
_NUMBER, _LEARNED_FROM = "memory_snapshot", "memory_learned_from"
#: In fewer articles no line is known (count_lines.sql).
_LEAST_ARTICLES = 3


class KnownLine(NamedTuple):
    """A line of a source, folded, its key, and in how many articles it stands; of an empty line: how many it has."""

    key: int
    articles: int
    source: str
    line: str


# Files ---------------------------------------------------------------------------------------------------------------


def newest_snapshot(landing_folder: Path) -> Path | None:
    """The snapshot with the highest number; None when nothing was learned yet."""
    return newest_in(landing_folder / "memory")


def write_snapshot(landing_folder: Path, number: int, known: Sequence[KnownLine]) -> Path:
    """Keep what was learned, and answer when it is on the disk."""
    import numpy as np

    known = sorted(known)
    lines = "\n".join(f"{k.source}\t{k.line}" for k in known).encode("utf-8", "surrogatepass")
    arrays = {
        "keys": np.array([k.key for k in known], np.uint64),
        "articles": np.array([k.articles for k in known], np.uint32),
        "lines": np.frombuffer(lines, np.uint8),
    }
    return write_arrays(landing_folder / "memory", number, arrays)


def read_counts(path: Path) -> tuple[Any, Any]:
    """`keys` and `articles` of a snapshot, as numpy arrays."""
    arrays = read_arrays(path, _ARRAYS)
    return arrays["keys"], arrays["articles"]


def read_snapshot(path: Path | None) -> list[KnownLine]:
    """All of a snapshot; nothing when there is none."""
    if path is None:
        return []
    arrays = read_arrays(path, _ARRAYS)
    lines = arrays["lines"].tobytes().decode("utf-8", "surrogatepass").split("\n")
    rows = zip(arrays["keys"].tolist(), arrays["articles"].tolist(), lines, strict=False)
    return [KnownLine(key, articles, *line.split("\t", 1)) for key, articles, line in rows]


# Learning ------------------------------------------------------------------------------------------------------------


def what_there_is(store: "Store", rules: str) -> str:
    """What would be learned from, in a few words: which plain-text documents, read by which rules."""
    (documents,) = store.writer.connection.execute(query("text_documents_state")).fetchone() or ("",)
    return f"{rules}-{documents}"


def is_learned(store: "Store", what: str) -> bool:
    """Whether the newest snapshot is known to be what is learned from `what`."""
    connection = store.writer.connection
    newest = number_of(newest_snapshot(store.landing_folder))
    return read_state(connection, _LEARNED_FROM) == what and highest_number(store) == newest


def highest_number(store: "Store") -> int:
    """The highest number that a snapshot ever had."""
    told = int(read_state(store.writer.connection, _NUMBER) or 0)
    return max(told, number_of(newest_snapshot(store.landing_folder)))


def text_documents(store: "Store") -> Iterator[Document]:
    """Every plain-text document of the warehouse; WarehouseError when a pack cannot be read."""
    for name, received_at in store.writer.connection.execute(query("find_text_packs")).fetchall():
        yield from landing.read_documents(store.landing_folder, Pack(name, received_at), media_type="text/plain")


class LineCount:
    """Counts in how many different articles of its source each line stands, in DuckDB, which spills to the disk."""

    def __init__(self, store: "Store"):
        self._connection = store.writer.connection
        self._sources: dict[str, int] = {}
        self._connection.execute(query("create_copy_lines"))

    def add(self, rows: Sequence[tuple[str, int, int, int, str]]) -> None:
        """Lines of documents: source, document, key, words, folded line."""
        import pyarrow as pa

        if not rows:
            return
        sources, documents, keys, words, lines = zip(*rows, strict=True)
        numbers = [self._sources.setdefault(source, len(self._sources)) for source in sources]
        columns = {
            "source": pa.array(numbers, pa.int32()),
            "document": pa.array(documents, pa.uint64()),
            "key": pa.array(keys, pa.uint64()),
            "words": pa.array(words, pa.int32()),
            "line": pa.array(lines, pa.string()),
        }
        self._connection.register("incoming_lines", pa.table(columns))
        try:
            self._connection.execute(query("insert_copy_lines"))
        finally:
            self._connection.unregister("incoming_lines")

    def known(self) -> tuple[list[tuple[str, int, int, str]], dict[str, int]]:
        """The lines that stand in many: source, key, articles, line; and how many articles their sources have."""
        names = list(self._sources)
        try:
            self._connection.execute(query("count_lines"))
            rows = self._connection.execute(query("read_counted_lines")).fetchall()
            totals = self._connection.execute(query("count_different_articles")).fetchall()
        finally:
            self._connection.execute(query("drop_copy_lines"))
        return (
            [(names[source], key, articles, line) for source, key, articles, line in rows],
            {names[source]: count for source, count in totals},
        )


def settle_memory(store: "Store", run_id: str, rules_version: str, learned_from: str | None) -> None:
    """Put the newest snapshot into `source_lines`, and write down what the run that has it works by.

    `learned_from`: what it was learned from, where it was.
    """
    path = newest_snapshot(store.landing_folder)
    number = number_of(path)
    connection = store.writer.connection
    told = read_state(connection, _LEARNED_FROM)
    if read_state(connection, _NUMBER) == str(number) and learned_from in (None, told):
        return
    known = read_snapshot(path)
    with store.writer.transaction():
        _fill_source_lines(connection, number, known)
        connection.execute(query("set_run_rules"), {"run_id": run_id, "rules_version": rules_version})
        write_state(connection, _NUMBER, str(number))
        if learned_from is not None:
            write_state(connection, _LEARNED_FROM, learned_from)


def forget_lines(writer: "Writer", landing_folder: Path, lines: Mapping[int, int]) -> None:
    """Take lines out of the newest snapshot and `source_lines` that only forgotten documents made known.

    `lines`: keys, and in how many of these documents each stands.  What stands in enough others is furniture and stays,
    its count too, until `reprocess` learns anew.  Older snapshots go: nobody uses them.  Done again it changes nothing.
    """
    path = newest_snapshot(landing_folder)
    if path is None or not lines:
        return
    known = read_snapshot(path)
    kept = [k for k in known if not k.line or k.articles - lines.get(k.key, 0) >= _LEAST_ARTICLES or k.key not in lines]
    if kept != known:
        write_snapshot(landing_folder, number_of(path), kept)
    for older in path.parent.glob("*.npz"):
        if older != path:
            older.unlink()
    if read_state(writer.connection, _NUMBER) == str(number_of(path)):
        with writer.transaction() as connection:
            _fill_source_lines(connection, number_of(path), kept)


def _fill_source_lines(connection: "DuckDBPyConnection", number: int, known: Sequence[KnownLine]) -> None:
    totals = {k.source: k.articles for k in known if not k.line}
    rows = [(number, k.source, k.line, k.articles, totals.get(k.source, 0)) for k in known if k.line]
    connection.execute(query("delete_source_lines"))
    if rows:
        connection.register("known_lines", _lines_table(rows))
        try:
            connection.execute(query("insert_source_lines"))
        finally:
            connection.unregister("known_lines")


def _lines_table(rows: Sequence[tuple[int, str, str, int, int]]) -> Any:
    import pyarrow as pa

    snapshot, source, line, documents, of_documents = zip(*rows, strict=True)
    return pa.table(
        {
            "snapshot": pa.array(snapshot, pa.int32()),
            "source": pa.array(source, pa.string()),
            "line": pa.array(line, pa.string()),
            "documents": pa.array(documents, pa.int32()),
            "of_documents": pa.array(of_documents, pa.int32()),
        }
    )
