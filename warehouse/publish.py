"""The published copy: what readers open, renamed into place whole.

During a run the copy is made by a thread while the load goes on.  That is sound because of what makes DuckDB survive
a kill: between two checkpoints it writes to the log, and to blocks of the file that the last checkpoint does not use;
only a checkpoint that is complete, its header written, lets it write over what the one before it used.  So a copy is
whole when no header was written while it was made, and `_copy_settled` looks.
"""

import contextlib
import fcntl
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.errors import WarehouseError
from warehouse._reasons import reason

if TYPE_CHECKING:
    from warehouse.connection import Writer

#: ioctl of Linux that lets two files share their blocks (btrfs, XFS, bcachefs): the copy is then free.
_FICLONE = 0x40049409
#: So much is copied before it is seen to the disk: a commit of the load that waits for the disk behind a copy of
#: gigabytes would hold up the run.
_COPY_STEP_BYTES = 64 << 20
#: DuckDB's three headers of 4 KiB; a checkpoint ends by writing one of them.
_HEADERS_BYTES = 3 * 4096
#: DuckDB's own 16 MiB of log would mean a checkpoint, and a copy made in vain, every few seconds of a fast load.
_HOLD_CHECKPOINTS = "SET GLOBAL checkpoint_threshold = '1TB'"
_ALLOW_CHECKPOINTS = "RESET GLOBAL checkpoint_threshold"
#: Bytes of log from which a checkpoint (60 ms and more) frees memory that counts.
_WORTH_SETTLING_BYTES = 1 << 20

#: A batch must be visible within 60 seconds, and publishing may cost a tenth of a run's time at most (CONTRACT.md,
#: Readers).  A third of the allowed wait leaves room for a slow batch in between.
PUBLISH_EVERY_SECONDS = 20.0
_LATEST_SECONDS = 50.0
_LARGEST_SHARE = 0.1


@dataclass
class Copying:
    """A copy that a thread is making of what was committed up to `revision`.

    `started_at`: monotonic; `seconds`: how long it took; `error`: why it could not be made.
    """

    revision: int
    started_at: float
    seconds: float = 0.0
    thread: threading.Thread | None = None
    is_whole: bool = False
    error: OSError | None = None


def publish(writer: "Writer") -> bool:
    """Make everything committed so far visible to readers; returns whether there was anything new.

    Readers that hold the old copy keep it until they open the file again.
    """
    collect(writer)
    if writer.published_revision == writer.revision and writer.path.exists():
        return False
    _begin(writer)
    return collect(writer)


def publish_if_due(writer: "Writer") -> bool:
    """Begin to publish when the last time is long enough ago, and go on; returns whether it was begun.

    The copy is in place at the latest when this, `publish` or `collect` is called after it was made.
    """
    if writer.copying is not None:
        if writer.copying.thread is not None and writer.copying.thread.is_alive():
            return False
        collect(writer)
    is_new = writer.published_revision != writer.revision or not writer.path.exists()
    if not is_new or time.monotonic() - writer.published_at < due_after(writer.publish_seconds):
        return False
    _begin(writer)
    return True


def due_after(seconds: float) -> float:
    """How long after one publication began the next is due, when it took `seconds`.

    As seldom as the share of the run's time asks, but so that the copy is there when a reader has waited the longest.
    """
    return max(PUBLISH_EVERY_SECONDS, min(seconds / _LARGEST_SHARE, _LATEST_SECONDS - seconds))


def collect(writer: "Writer") -> bool:
    """Wait for the copy that is being made, if one is, and note what came of it; WarehouseError when it failed."""
    copying, writer.copying = writer.copying, None
    if copying is None or copying.thread is None:
        return False
    import duckdb

    copying.thread.join()
    try:
        writer.connection.execute(_ALLOW_CHECKPOINTS)
        if copying.error is None and not copying.is_whole:
            writer.connection.execute("CHECKPOINT")
            _put_in_place(writer, copying)  # nothing else is written meanwhile
        if copying.error is not None:
            raise copying.error
        writer.note_published(copying.revision)
        writer.publish_seconds = copying.seconds
    except (OSError, duckdb.Error) as error:
        raise WarehouseError(f"cannot publish {writer.path}: {reason(error)}") from error
    return True


def settle_down(writer: "Writer") -> None:
    """Have what was committed in the file and not in memory, where that is much; not while a copy is made, which that
    would spoil.
    """
    import duckdb

    if writer.copying is not None and writer.copying.thread is not None and writer.copying.thread.is_alive():
        return
    log = writer.private.with_name(writer.private.name + ".wal")
    if not log.exists() or log.stat().st_size < _WORTH_SETTLING_BYTES:
        return
    collect(writer)
    try:
        writer.connection.execute("CHECKPOINT")
        writer.connection.execute("SET memory_limit = current_setting('memory_limit')")  # it gives back what it kept
    except duckdb.Error as error:
        raise WarehouseError(f"cannot write to {writer.private}: {reason(error)}") from error


def _begin(writer: "Writer") -> None:
    """Bring the private file up to date, and have a thread copy it."""
    import duckdb

    copying = Copying(writer.revision, time.monotonic())
    try:
        writer.connection.execute("CHECKPOINT")
        writer.connection.execute(_HOLD_CHECKPOINTS)
    except duckdb.Error as error:
        raise WarehouseError(f"cannot publish {writer.path}: {reason(error)}") from error
    copying.thread = threading.Thread(target=_put_in_place, args=(writer, copying), name="publish", daemon=True)
    copying.thread.start()
    writer.copying = copying
    writer.published_at = copying.started_at


def _put_in_place(writer: "Writer", copying: Copying) -> None:
    """Copy the private file and rename the copy to where readers look, if it is whole."""
    path = writer.path
    unfinished = path.with_name(f".{path.name}.publishing")
    try:
        copying.is_whole = _copy_settled(writer.private_fd, unfinished)
        if copying.is_whole:
            # Left by a user who opened the published copy for writing; it would not fit the new one.
            path.with_name(path.name + ".wal").unlink(missing_ok=True)
            unfinished.replace(path)
            sync_folder(path.parent)
    except OSError as error:
        copying.error = error
    finally:
        copying.seconds = time.monotonic() - copying.started_at
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)


def _copy_settled(source: int, target: Path) -> bool:
    """`copy_file`, and whether no checkpoint came to an end while it was made."""
    before = os.pread(source, _HEADERS_BYTES, 0)
    copy_file(source, target)
    return os.pread(source, _HEADERS_BYTES, 0) == before


def copy_file(source: int, target: Path) -> None:
    """Copy the open file `source` to `target`, sharing blocks where the file system can, and see it to the disk."""
    with target.open("wb") as out:
        try:
            fcntl.ioctl(out.fileno(), _FICLONE, source)
        except OSError:
            _copy_bytes(source, out.fileno())
        os.fsync(out.fileno())


def _copy_bytes(source: int, target: int) -> None:
    size, done, synced = os.fstat(source).st_size, 0, 0
    while done < size:
        step = min(_COPY_STEP_BYTES, size - done)
        try:
            copied = os.copy_file_range(source, target, step, done, done)
        except (OSError, AttributeError):  # other file systems, or not Linux
            copied = os.pwrite(target, os.pread(source, step, done), done)
        if not copied:
            raise OSError("the file became shorter while it was copied")
        done += copied
        if done - synced >= _COPY_STEP_BYTES:
            os.fsync(target)
            synced = done


def sync_folder(folder: Path) -> None:
    """See a rename in `folder` to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
