"""Numbered files of arrays in a folder, each written once: what was learned, kept where a rebuild finds it."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from schemas.errors import WarehouseError
from warehouse._reasons import reason
from warehouse.publish import sync_folder

_UNFINISHED = ".unfinished"


def newest_in(folder: Path) -> Path | None:
    """The snapshot with the highest number; None when there is none."""
    return max((path for path in folder.glob("*.npz") if path.stem.isdecimal()), key=number_of, default=None)


def number_of(snapshot: Path | None) -> int:
    """The number of a snapshot, from 1; 0 for none."""
    return int(snapshot.stem) if snapshot else 0


def write_arrays(folder: Path, number: int, arrays: Mapping[str, Any]) -> Path:
    """Write the snapshot with this number, and answer when it is on the disk."""
    import numpy as np

    path = folder / f"{number:04}.npz"
    unfinished = folder / f".{path.name}.{os.getpid()}{_UNFINISHED}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(f".*{_UNFINISHED}"):  # by a run that was killed
            left.unlink()
        with unfinished.open("wb") as file:
            np.savez_compressed(file, **arrays)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        sync_folder(folder)
        sync_folder(folder.parent)
    except OSError as error:
        raise WarehouseError(f"cannot keep what was learned in {folder}: {reason(error)}") from error
    return path


def read_arrays(path: Path, names: Sequence[str]) -> dict[str, Any]:
    """These arrays of a snapshot; WarehouseError for whatever is wrong with the file."""
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in names}
    except Exception as error:  # zipfile, zlib and numpy each have their own
        raise WarehouseError(
            f"{path} cannot be read ({type(error).__name__}): move it away, and run `copydesk reprocess`"
        ) from error
