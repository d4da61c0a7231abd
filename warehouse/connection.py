"""The only place that opens DuckDB: one writer on a private file, any number of readers on its published copy."""

import contextlib
import fcntl
import logging
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.errors import WarehouseBusy, WarehouseError
from warehouse._reasons import is_locked, reason
from warehouse.migrate import migrate, read_state, write_state
from warehouse.publish import Copying, collect, copy_file, publish, sync_folder

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

logger = logging.getLogger(__name__)

#: DuckDB's share of the memory of a run (under 1.5 GB over all processes); what does not fit goes to a folder beside
#: the file.  160,000 articles of 5 KB loaded with it peak at 483 MB in this process, 40,000 at 456 MB.
MEMORY_LIMIT = "250MB"
THREADS = 2
#: What is freed at once in this size goes back to the system.  DuckDB's own 512 MB are for machines of its own: a run
#: of 4,000 articles kept 70 MB that nothing used, and giving them back takes no time that can be measured.
_GIVE_BACK = "2MB"
#: Rows of a row group.  A checkpoint writes the last one again, so that DuckDB's own 122,880 rows, 600 MB of
#: articles of 5 KB, would be written dozens of times over a long load.
_ROW_GROUP_ROWS = 8192
_LOCK_POLL_SECONDS = 0.1
#: The end of the name of a private file that is being made.
_BEGUN = ".begun"


@dataclass
class Writer:
    """The one place from which a warehouse is written.

    `path`: the published file; `private`: the file that is written.  `private_fd` stays open as long as the
    connection does, because closing any handle of a file would give up DuckDB's lock on it.
    `revision`: transactions ever committed; `published_revision`: what readers see.  `copying`: a publication that
    is going on; `published_at` and `publish_seconds`: when the last began (monotonic) and how long it took.
    """

    path: Path
    private: Path
    connection: "DuckDBPyConnection"
    private_fd: int
    revision: int = 0
    published_revision: int = -1
    published_at: float = 0.0
    publish_seconds: float = 0.0
    copying: Copying | None = None

    @contextlib.contextmanager
    def transaction(self) -> Iterator["DuckDBPyConnection"]:
        """All or nothing: what is done in it is committed at the end, and undone when anything is raised."""
        import duckdb

        try:
            self.connection.begin()
            try:
                yield self.connection
                write_state(self.connection, "revision", str(self.revision + 1))
                self.connection.commit()
            except BaseException:
                with contextlib.suppress(duckdb.Error):  # DuckDB has already undone it after some errors
                    self.connection.rollback()
                raise
        except duckdb.Error as error:
            raise WarehouseError(f"cannot write to {self.path}: {reason(error)}") from error
        self.revision += 1

    def make_anew(self) -> None:
        """Copy the private file into a new one: nothing that was deleted from it stands in a free block any more.

        Killed at any time, the old file or the new one is in its place, and both are whole.
        """
        import duckdb

        collect(self)
        unfinished = self.private.with_name(self.private.name + _BEGUN)
        try:
            unfinished.unlink(missing_ok=True)
            self.connection.execute(f"ATTACH {_quoted(unfinished)} AS anew (ROW_GROUP_SIZE {_ROW_GROUP_ROWS})")
            self.connection.execute("COPY FROM DATABASE copydesk TO anew")
            self.connection.execute("DETACH anew")  # with a checkpoint, and no log left
            self.connection.execute("CHECKPOINT")  # the old file's log goes
            with unfinished.open("rb") as file:
                os.fsync(file.fileno())
        except (OSError, duckdb.Error) as error:
            raise WarehouseError(f"cannot make {self.private} anew: {reason(error)}") from error
        # DuckDB first: see `private_fd`.
        self.connection.close()
        os.close(self.private_fd)
        try:
            self.private.with_name(self.private.name + ".wal").unlink(missing_ok=True)
            shutil.rmtree(_config(self.path)["temp_directory"], ignore_errors=True)
            unfinished.replace(self.private)
            sync_folder(self.private.parent)
        except OSError as error:
            raise WarehouseError(f"cannot make {self.private} anew: {reason(error)}") from error
        finally:
            self.connection = _connect(self.path, self.private)
            self.private_fd = os.open(self.private, os.O_RDONLY)

    def note_published(self, revision: int) -> None:
        """Write down what readers see; after the rename, to tell a deleted copy from one never made."""
        self.published_revision = revision
        write_state(self.connection, "published_revision", str(revision))


@contextlib.contextmanager
def open_writer(path: Path, wait_seconds: float = 0.0) -> Iterator[Writer]:
    """The writer's place at the warehouse `path`, brought up to date; made when there is none.

    Raises WarehouseBusy when another process holds the place for longer than `wait_seconds`, WarehouseError when the
    file cannot be used, or fails while it is (a full disk, say).  What was committed but not published stays in the
    private file for the next writer.
    """
    import duckdb

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise WarehouseError(f"cannot write beside {path} ({reason(error)}); choose another --warehouse") from error
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, lock)
        _take_place(lock, path, wait_seconds)
        private = path.with_name(f".{path.name}.writing")
        for kind in (".publishing", ".writing" + _BEGUN):  # a killed run's; the lock says that it is over
            path.with_name(f".{path.name}{kind}").unlink(missing_ok=True)
        connection = stack.enter_context(_opened(path, private))
        private_fd = os.open(private, os.O_RDONLY)
        writer = Writer(path, private, connection, private_fd)
        try:
            _settle(writer)
            yield writer
            collect(writer)
        except duckdb.Error as error:
            raise WarehouseError(f"cannot go on with {private}: {reason(error)}") from error
        finally:
            with contextlib.suppress(WarehouseError):  # whatever came first is the thing to tell
                collect(writer)
            # DuckDB first: see Writer.private_fd.
            writer.connection.close()
            os.close(writer.private_fd)


def open_reader(path: Path) -> "DuckDBPyConnection":
    """A read-only connection to the published warehouse `path`; close it to see a later publication."""
    import duckdb

    if not path.exists():
        raise WarehouseError(f"no warehouse at {path}: run `copydesk ingest` first, or name another with --warehouse")
    try:
        connection = duckdb.connect(str(path), read_only=True, config=_reading(path))
        connection.execute("SET TimeZone = 'UTC'")
    except duckdb.Error as error:
        raise _unusable(path, error) from error
    return connection


def open_index(manifest: Path, warehouse: Path) -> "DuckDBPyConnection":
    """A connection that writes the `manifest` of a search index; the published warehouse is attached as `published`."""
    import duckdb

    connection = duckdb.connect(str(manifest), config=_reading(warehouse))
    try:
        name = "'" + str(warehouse).replace("'", "''") + "'"
        connection.execute(f"ATTACH {name} AS published (READ_ONLY)")
        connection.execute("SET TimeZone = 'UTC'")
    except duckdb.Error:
        connection.close()
        raise
    return connection


def require_place(path: Path) -> None:
    """WarehouseBusy when another process holds the writer's place just now; makes nothing, and holds nothing.

    To be told before Prefect's server is started (8 to 18 s); `open_writer` looks again.
    """
    with contextlib.suppress(FileNotFoundError, NotADirectoryError, PermissionError):
        lock = os.open(path.with_name(path.name + ".lock"), os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _busy(lock, path) from None
        finally:
            os.close(lock)


def _busy(lock: int, path: Path) -> WarehouseBusy:
    holder = os.pread(lock, 20, 0).decode("ascii", "replace").strip()
    return WarehouseBusy(
        f"{path} is being written by another copydesk (process {holder or 'unknown'}): "
        "wait for it to end, or use --wait SECONDS"
    )


def _take_place(lock: int, path: Path, wait_seconds: float) -> None:
    """Lock for this process; the operating system gives the lock up when the process ends, however it ends."""
    until = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except OSError:
            if time.monotonic() >= until:
                raise _busy(lock, path) from None
            time.sleep(_LOCK_POLL_SECONDS)
    with contextlib.suppress(OSError):  # a full disk takes no number; the place is taken all the same
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)


@contextlib.contextmanager
def _opened(path: Path, private: Path) -> Iterator["DuckDBPyConnection"]:
    """A connection to the private file, begun anew or from the published copy where the user has changed that."""
    published = _published_state(path, required=not private.exists())
    if not private.exists():
        _start(path, private)
    connection = _connect(path, private)
    try:
        restart = _restart(connection, path, published)
        if restart:
            connection.close()
            logger.warning("%s; what there was before is kept as %s", restart, _set_aside(path, private))
            _start(path, private)
            connection = _connect(path, private)
        yield connection
    finally:
        connection.close()


def _connect(path: Path, private: Path) -> "DuckDBPyConnection":
    import duckdb

    connection = duckdb.connect(":memory:", config=_config(path))
    try:
        connection.execute(f"ATTACH {_quoted(private)} AS copydesk (ROW_GROUP_SIZE {_ROW_GROUP_ROWS})")
        connection.execute("USE copydesk")
        connection.execute("SET TimeZone = 'UTC'")
    except duckdb.Error as error:
        connection.close()
        if is_locked(error):
            raise WarehouseBusy(f"another program has {private} open: close it and run again") from error
        raise _unusable(private, error) from error
    return connection


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _config(path: Path) -> dict[str, Any]:
    return {
        "memory_limit": MEMORY_LIMIT,
        "threads": THREADS,
        "allocator_bulk_deallocation_flush_threshold": _GIVE_BACK,
        "temp_directory": str(path.with_name(f".{path.name}.tmp")),
    }


def _reading(path: Path) -> dict[str, Any]:
    """For readers: a folder of the process's own for what does not fit into memory.

    In one folder two processes write over each other's files, and DuckDB 1.5.5 crashes.  The same for all readers of a
    process: DuckDB refuses to open a file again with another configuration.
    """
    return _config(path) | {"temp_directory": str(Path(tempfile.gettempdir()) / f"copydesk-{os.getpid()}")}


def _settle(writer: Writer) -> None:
    """Migrations, views and the warehouse's own bookkeeping; an empty copy at once, so that readers find something."""
    import duckdb

    connection = writer.connection
    try:
        changed = migrate(connection)
        writer.revision = int(read_state(connection, "revision") or 0)
        if read_state(connection, "warehouse_id") is None:
            write_state(connection, "warehouse_id", uuid.uuid4().hex)
    except duckdb.Error as error:
        raise _unusable(writer.private, error) from error
    if changed:
        with writer.transaction():
            pass
    published = _published_state(writer.path, required=False)
    writer.published_revision = published[1] if published else -1
    writer.published_at = time.monotonic()
    if not writer.path.exists():
        publish(writer)


def _published_state(path: Path, required: bool) -> tuple[str, int] | None:
    """The published copy's warehouse id and revision; None where there is none, or none that can be read just now."""
    import duckdb

    if not path.exists():
        return None
    try:
        with duckdb.connect(str(path), read_only=True, config=_reading(path)) as connection:
            warehouse_id, revision = read_state(connection, "warehouse_id"), read_state(connection, "revision")
    except duckdb.Error as error:
        if required:
            raise _unusable(path, error) from error
        logger.warning("%s cannot be read (%s); it will be published anew", path, reason(error))
        return None
    return (warehouse_id, int(revision or 0)) if warehouse_id else None


def _restart(connection: "DuckDBPyConnection", path: Path, published: tuple[str, int] | None) -> str | None:
    """Why the private file is out of date: the user deleted or replaced the published one; None when it is not."""
    import duckdb

    try:
        warehouse_id, told = read_state(connection, "warehouse_id"), read_state(connection, "published_revision")
    except duckdb.CatalogException:  # brand-new
        return None
    if not path.exists():
        return f"{path} was deleted: starting a new warehouse" if told is not None else None
    if published and warehouse_id and published[0] != warehouse_id:
        return f"{path} is another warehouse than before: going on from it"
    # Fewer revisions than were once published: an older copy was put back.
    if published and told is not None and published[1] < int(told):
        return f"{path} is an older copy than before: going on from it"
    return None


def _start(path: Path, private: Path) -> None:
    """Make the private file, from the published copy if there is one; under another name, so that none is ever half."""
    import duckdb

    unfinished = private.with_name(private.name + _BEGUN)
    try:
        if path.exists():
            source = os.open(path, os.O_RDONLY)
            try:
                copy_file(source, unfinished)
            finally:
                os.close(source)
        else:
            duckdb.connect(str(unfinished), config=_config(path)).close()
        # A log without its file, left by one who deleted that.
        private.with_name(private.name + ".wal").unlink(missing_ok=True)
        unfinished.replace(private)
    except (OSError, duckdb.Error) as error:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise WarehouseError(f"cannot begin {private}: {reason(error)}") from error


def _set_aside(path: Path, private: Path) -> Path:
    """Keep the private file under another name, in place of the one kept before."""
    kept = path.with_name(f"{path.name}.before")
    for end in (".wal", ""):
        log = private.with_name(private.name + end)
        kept.with_name(kept.name + end).unlink(missing_ok=True)
        if log.exists():
            log.replace(kept.with_name(kept.name + end))
    return kept


def _unusable(path: Path, error: Exception) -> WarehouseError:
    if is_locked(error):
        return WarehouseError(f"{path} is open for writing in another program: close it there and run again")
    if (why := reason(error)) not in str(error):  # the disk, not the file
        return WarehouseError(f"cannot open {path}: {why}")
    if path.name.endswith(".writing"):
        return WarehouseError(
            f"{path} is broken ({why}): move it away and run again, which goes on from the published copy"
        )
    return WarehouseError(
        f"{path} is not a warehouse that can be opened ({why}): move it away, or name another with --warehouse"
    )
