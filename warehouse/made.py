"""What was made from a warehouse and lies somewhere else: exports, reports, samples, with words of articles in them.

A line of `.NAME.made` beside the warehouse each: `forget` marks exports, deletes reports, and names samples, in which
somebody may have written.
"""

import contextlib
import json
from pathlib import Path
from typing import Literal

Kind = Literal["export", "report", "sample"]


def note_made(warehouse: Path, kind: Kind, path: Path) -> None:
    """Remember a file or folder; who may read the warehouse but not write beside it leaves no note."""
    made = {"kind": kind, "path": str(path.absolute())}
    with contextlib.suppress(OSError):
        if made not in _lines(warehouse):
            with _file(warehouse).open("a", encoding="utf-8", errors="surrogateescape") as file:
                file.write(json.dumps(made) + "\n")


def list_made(warehouse: Path, kind: Kind) -> list[Path]:
    """What was made and is still there."""
    paths = [Path(line["path"]) for line in _lines(warehouse) if line["kind"] == kind]
    return sorted({path for path in paths if path.exists()})


def _lines(warehouse: Path) -> list[dict[str, str]]:
    found = []
    with contextlib.suppress(OSError):
        for line in _file(warehouse).read_text(encoding="utf-8", errors="surrogateescape").splitlines():
            with contextlib.suppress(ValueError):  # the end of a line that a killed command wrote
                found.append(json.loads(line))
    return found


def _file(warehouse: Path) -> Path:
    return warehouse.with_name(f".{warehouse.name}.made")
