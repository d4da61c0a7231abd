"""The published copy: what readers open, renamed into place whole."""

import contextlib
import fcntl
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.errors import WarehouseError

if TYPE_CHECKING:
    from warehouse.connection import Writer

#: ioctl of Linux that lets two files share their blocks (btrfs, XFS, bcachefs): the copy is then free.
_FICLONE = 0x40049409
_COPY_STEP_BYTES = 64 << 20

#: A batch must be visible within 60 seconds, and publishing may cost a tenth of a run's time at most (CONTRACT.md,
#: Readers).  A third of the allowed wait leaves room for a slow batch in between.
PUBLISH_EVERY_SECONDS = 20.0
_LATEST_SECONDS = 45.0
_LARGEST_SHARE = 0.1


def publish(writer: "Writer") -> bool:
    """Make everything committed so far visible to readers; returns whether there was anything new.

    Readers that hold the old copy keep it until they open the file again.
    """
    if writer.published_revision == writer.revision and writer.path.exists():
        writer.published_at = time.monotonic()
        return False
    import duckdb

    started = time.monotonic()
    unfinished = writer.path.with_name(f".{writer.path.name}.publishing")
    try:
        writer.connection.execute("CHECKPOINT")
        copy_file(writer.private_fd, unfinished)
        # Left by a user who opened the published copy for writing; it would not fit the new one.
        writer.path.with_name(writer.path.name + ".wal").unlink(missing_ok=True)
        unfinished.replace(writer.path)
        sync_folder(writer.path.parent)
    except (OSError, duckdb.Error) as error:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
        reason = str(error).splitlines()[0]
        raise WarehouseError(f"cannot publish {writer.path}: {reason}; free some space and run again") from error
    writer.note_published()
    writer.publish_seconds = time.monotonic() - started
    writer.published_at = time.monotonic()
    return True


def publish_if_due(writer: "Writer") -> bool:
    """Publish when the last time is long enough ago: often enough for readers, seldom enough for the run."""
    since = time.monotonic() - writer.published_at
    due_after = min(max(PUBLISH_EVERY_SECONDS, writer.publish_seconds / _LARGEST_SHARE), _LATEST_SECONDS)
    return since >= due_after and publish(writer)


def copy_file(source: int, target: Path) -> None:
    """Copy the open file `source` to `target`, sharing blocks where the file system can, and see it to the disk."""
    with target.open("wb") as out:
        try:
            fcntl.ioctl(out.fileno(), _FICLONE, source)
        except OSError:
            _copy_bytes(source, out.fileno())
        os.fsync(out.fileno())


def _copy_bytes(source: int, target: int) -> None:
    size, done = os.fstat(source).st_size, 0
    while done < size:
        step = min(_COPY_STEP_BYTES, size - done)
        try:
            copied = os.copy_file_range(source, target, step, done, done)
        except (OSError, AttributeError):  # other file systems, or not Linux
            copied = os.pwrite(target, os.pread(source, step, done), done)
        if not copied:
            raise OSError("the file became shorter while it was copied")
        done += copied


def sync_folder(folder: Path) -> None:
    """See a rename in `folder` to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
