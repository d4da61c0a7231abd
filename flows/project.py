"""`copydesk init`: a folder in which `ingest`, `collect` and `up` find what is somebody's own."""

import os
from pathlib import Path

from schemas.errors import UsageError

_ROOT = Path(__file__).resolve().parent.parent
_TEMPLATE = _ROOT / "seeds" / "project"
_FOLDERS = ("inbox", "publishers", "golden", "data")


def init(folder: Path) -> tuple[list[Path], list[Path]]:
    """Lay out a project; the answer is the paths that were made, and those that were there and stay as they are.

    Raises UsageError when something cannot be made there.
    """
    # The deployments are those of copydesk, so that there is one file to keep right.
    deployments = (_ROOT / "prefect.yaml").read_text(encoding="utf-8").replace("seeds/sources.toml", "sources.toml")
    texts = {
        "README.md": (_TEMPLATE / "README.md").read_text(encoding="utf-8"),
        "sources.toml": (_TEMPLATE / "sources.toml").read_text(encoding="utf-8"),
        ".gitignore": (_TEMPLATE / "gitignore").read_text(encoding="utf-8"),
        "prefect.yaml": deployments,
        "automations.yaml": (_ROOT / "automations.yaml").read_text(encoding="utf-8"),
    }
    made: list[Path] = []
    kept: list[Path] = []
    try:
        for path in (folder, *(folder / name for name in _FOLDERS)):
            (kept if path.is_dir() else made).append(path)
            path.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            try:
                with (folder / name).open("x", encoding="utf-8") as file:
                    file.write(text)
                made.append(folder / name)
            except FileExistsError:
                kept.append(folder / name)
    except OSError as error:
        told = error.strerror or os.strerror(error.errno or 0)
        raise UsageError(f"cannot make a project in {folder} ({told}): name another folder") from error
    return made, kept
