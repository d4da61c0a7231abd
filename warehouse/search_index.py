"""The index of words behind `copydesk search`: a folder beside the warehouse that follows what was published.

Nobody who loads waits for it: whoever searches brings it up to date first, and `copydesk up` has a process that does so
all the time.  What differs between index and warehouse is found by comparing them (`search_stale.sql`), so it does not
matter how the warehouse came to be what it is, nor when an update was killed; a broken index is made anew.

The folder: `words/` is tantivy's; a search sees its last commit, whole, and keeps what it sees while more is written.
`manifest.duckdb` says which articles are in it, `state.json` of which state of which warehouse.  It is written in this
order, under a lock, so that an update which died halfway is done again, to the same effect.

What is shown of an article is kept with its words: to read the copy of ten, DuckDB reads 40 MB, for it takes the 2048
rows around each.
"""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from schemas.errors import WarehouseError
from warehouse._reasons import reason
from warehouse._search_words import index_words
from warehouse._sql import query
from warehouse.connection import open_index, open_reader
from warehouse.publish import sync_folder

if TYPE_CHECKING:
    import tantivy
    from duckdb import DuckDBPyConnection

#: Part of `state.json`; another one (or another tantivy) means that the index is made anew.
FORMAT = 2
#: What the engine collects before it writes a segment; one thread, because a load needs the other core.
_HEAP_BYTES = 96 << 20
#: Articles between two commits: so much is lost when an update is killed, and so many rows are held.
_COMMIT_ARTICLES = 50_000
_ROWS = 500
#: Fewer are put in without a word about it: less than a second.
_FEW = 2000
#: What is kept of an article to be shown, in this order, before its copy.
_SHOWN = ("article_id", "version", "published_at", "published_on", "source", "language", "title", "url")

Tell = Callable[[str], None]


class IndexBroken(Exception):  # noqa: N818  (named for what is the case)
    """The index cannot be used as it is; never leaves warehouse/."""


def index_folder(warehouse: Path) -> Path:
    """Where the index of a warehouse is kept."""
    return warehouse.with_name(f"{warehouse.name}.search")


def bring_up_to_date(warehouse: Path, tell: Tell = lambda words: None) -> bool:
    """Have the index hold the articles of the published warehouse; False where another process is at it just now.

    `tell` hears what takes longer, and why an index is made anew.  WarehouseError when it cannot be written.
    """
    folder = index_folder(warehouse)
    if _is_up_to_date(warehouse, folder):
        return True
    try:
        with _locked(folder) as is_ours:
            if not is_ours:
                return False
            try:
                _follow(warehouse, folder, tell)
            except IndexBroken as broken:
                tell(f"the search index cannot be used ({broken}): it is made anew")
                _clear(folder)
                _follow(warehouse, folder, tell)
    except (OSError, IndexBroken) as error:
        why = reason(error) if isinstance(error, OSError) else str(error)
        raise WarehouseError(f"cannot write the search index {folder} ({why}): make room, or delete it") from error
    return True


def forget_in_index(warehouse: Path) -> None:
    """Have no file of the index hold a word of what was taken out, once the warehouse was published without it.

    A search shows nothing that the warehouse does not have, but the engine keeps the words of what was deleted until it
    merges its files: so the index goes, and is made anew by who searches next.  Waits for an update that goes on.
    """
    folder = index_folder(warehouse)
    if not folder.exists():
        return
    try:
        with _locked(folder, wait=True):
            _clear(folder)
    except OSError as error:
        raise WarehouseError(f"cannot delete the search index {folder} ({reason(error)}): delete it by hand") from error


def state_of(connection: "DuckDBPyConnection") -> dict[str, Any]:
    """Which state of which warehouse a connection sees, as `state.json` says it."""
    told = dict(connection.execute(query("search_state")).fetchall())  # no parameter: DuckDB would import pandas for it
    return {**_made_by(), "warehouse_id": None, "revision": None, **told}


def read_index_state(folder: Path) -> dict[str, Any] | None:
    """What the index holds; None where there is none that could be used."""
    try:
        told = orjson.loads((folder / "state.json").read_bytes())
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) else None


def _is_up_to_date(warehouse: Path, folder: Path) -> bool:
    held = read_index_state(folder) if (folder / "words" / "meta.json").exists() else None
    if held and held == {**held, **_made_by(), "file": _file(warehouse)}:
        return True  # without opening DuckDB: a tenth of a second
    with closing(open_reader(warehouse)) as reader:
        now = state_of(reader)
    return held is not None and held == {**held, **now}


def _made_by() -> dict[str, Any]:
    return {"format": FORMAT, "engine": version("tantivy")}


def _file(warehouse: Path) -> list[int] | None:
    """The published file as the file system knows it: each publication is a new one."""
    with contextlib.suppress(OSError):
        told = warehouse.stat()
        return [told.st_ino, told.st_size, told.st_mtime_ns]
    return None


def open_words(folder: Path) -> "tantivy.Index":
    """The index, for a search; IndexBroken where there is none, or none that can be read."""
    import tantivy

    try:
        return tantivy.Index.open(str(folder / "words"))
    except (ValueError, OSError) as error:
        raise IndexBroken(_first_line(error)) from error


@contextlib.contextmanager
def _locked(folder: Path, wait: bool = False) -> Iterator[bool]:
    """Whether this process may write to the index; the operating system gives the lock up when the process ends."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(lock)


def _clear(folder: Path) -> None:
    """Everything but the lock; the state first, so that what is left when this is killed counts as no index."""
    (folder / "state.json").unlink(missing_ok=True)
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != "lock":
            path.unlink()


def _follow(warehouse: Path, folder: Path, tell: Tell) -> None:
    import duckdb

    before = read_index_state(folder)
    file = _file(warehouse)  # before it is opened: what is published meanwhile is another
    try:
        with closing(open_index(folder / "manifest.duckdb", warehouse)) as connection:
            now = state_of(_on_published(connection))
            if before is None or before != {**before, **now, "revision": before.get("revision")}:
                if any(
                    path.name not in ("lock", "manifest.duckdb", "manifest.duckdb.wal") for path in folder.iterdir()
                ):
                    raise IndexBroken("it belongs to another warehouse or version" if before else "it is not whole")
                (folder / "words").mkdir()
            _write_state(folder, {**now, "revision": (before or {}).get("revision")})
            connection.execute(query("search_manifest"))
            connection.execute(query("search_stale"))
            _update(connection, folder, tell)
    except duckdb.Error as error:
        raise IndexBroken(_first_line(error)) from error
    _write_state(folder, {**now, "file": file})


def _on_published(connection: "DuckDBPyConnection") -> "DuckDBPyConnection":
    """A cursor that sees the warehouse, not the manifest."""
    cursor = connection.cursor()
    cursor.execute("USE published")
    return cursor


def _update(connection: "DuckDBPyConnection", folder: Path, tell: Tell) -> None:
    """Take out and put in what is in `stale`; what is put in is taken out first, for it may be there, unnoted even."""
    (count, gone_count, known) = connection.execute(query("search_counts")).fetchone() or (0, 0, 0)
    if not gone_count and not count and known:
        return
    gone = [article_id for (article_id,) in connection.execute(query("search_taken_out")).fetchall()]
    manifest = connection.cursor()  # the first one is reading while this one writes
    rows = _rows(connection.execute(query("search_put_in")))
    done = 0
    try:
        index = _open_for_writing(folder)
        if (there := index.searcher().num_docs) < known:
            raise IndexBroken(f"it has {there:,} articles where {known:,} were put in")
        writer = index.writer(_HEAP_BYTES, 1)
        for article_id in gone:
            writer.delete_documents_by_term("article_id", article_id)
        noted: list[tuple[Any, ...]] = []
        for row in rows:
            if there:  # in one commit: a search finds the old or the new
                writer.delete_documents_by_term("article_id", row[0])
            _put_in(writer, row)
            noted.append(row[:3])
            done += 1
            if len(noted) >= _COMMIT_ARTICLES:
                writer.commit()
                _note(manifest, gone, noted)
                gone, noted = [], []
            if done % _FEW == 0:
                tell(f"indexing for search: {done:,} of {count:,} articles")
        writer.commit()
        _note(manifest, gone, noted)
        writer.wait_merging_threads()
    except ValueError as error:  # whatever goes wrong in the engine
        raise IndexBroken(_first_line(error)) from error


def _rows(connection: "DuckDBPyConnection") -> Iterator[tuple[Any, ...]]:
    while rows := connection.fetchmany(_ROWS):
        yield from rows


def _open_for_writing(folder: Path) -> "tantivy.Index":
    import tantivy

    words = folder / "words"
    if tantivy.Index.exists(str(words)):
        return tantivy.Index.open(str(words))
    schema = tantivy.SchemaBuilder()
    schema.add_text_field("article_id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("source", "language"):
        schema.add_text_field(name, tokenizer_name="raw", index_option="basic")
    schema.add_unsigned_field("published_on", indexed=True, fast=True)
    schema.add_text_field("title", tokenizer_name="whitespace", index_option="freq")
    schema.add_text_field("words", tokenizer_name="whitespace", index_option="position")
    schema.add_bytes_field("shown", stored=True)
    return tantivy.Index(schema.build(), str(words))


def read_shown(shown: bytes) -> tuple[dict[str, Any], str]:
    """What is shown of an article, by the names that `Hit` has for it, and its copy."""
    *values, copy = orjson.loads(shown)
    row: dict[str, Any] = dict(zip(_SHOWN, values, strict=True))
    row["published_at"] = row["published_at"] and datetime.fromisoformat(row["published_at"])
    row["published_on"] = row["published_on"] and date.fromisoformat(row["published_on"])
    return row, copy


def _put_in(writer: "tantivy.IndexWriter", row: tuple[Any, ...]) -> None:
    import tantivy

    article_id, version, _loaded_at, source, language, published_on, title, copy, published_at, url = row
    document = tantivy.Document()
    document.add_text("article_id", article_id)
    if source:
        document.add_text("source", source.casefold())
    if language:
        document.add_text("language", language)
    if published_on:
        document.add_unsigned("published_on", int(published_on.strftime("%Y%m%d")))
    if title:
        document.add_text("title", index_words(title))
    document.add_text("words", index_words(f"{title or ''} \n{copy}"))
    values = (article_id, version, published_at, published_on, source, language, title, url, copy)
    document.add_bytes("shown", orjson.dumps(values))
    writer.add_document(document)


def _note(manifest: "DuckDBPyConnection", gone: list[str], noted: list[tuple[Any, ...]]) -> None:
    """Write down what was committed."""
    from warehouse._arrow import table

    columns: Any = list(zip(*noted, strict=True)) or [(), (), ()]
    names = ("article_id", "version", "loaded_at")
    manifest.register("gone", table({"article_id": gone}))
    manifest.register("put_in", table({name: list(values) for name, values in zip(names, columns, strict=True)}))
    try:
        manifest.begin()
        manifest.execute(query("search_note"))
        manifest.commit()
    finally:
        manifest.unregister("gone")
        manifest.unregister("put_in")


def _write_state(folder: Path, state: dict[str, Any]) -> None:
    unfinished = folder / "state.json.unfinished"
    unfinished.write_bytes(orjson.dumps(state))
    unfinished.replace(folder / "state.json")
    sync_folder(folder)


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:200] or type(error).__name__
