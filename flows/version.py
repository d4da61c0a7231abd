"""Which rules and which code made an article."""

import hashlib
import platform
import subprocess
from dataclasses import asdict
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from schemas.settings import Settings, project
from warehouse.memory import number_of

ROOT = Path(__file__).resolve().parent.parent

#: What decides how an article comes out.  Reading, loading, relating and the checks of whole batches do not: the same
#: bytes give the same record.
_DECIDING = (
    *(f"tasks/{step}.py" for step in ("extract", "strip", "repeats", "normalise", "refuse", "check")),
    "tasks/_*.py",
    "seeds/phrases/*",
    *(f"seeds/{words}.toml" for words in ("dates", "endings", "names", "pages", "topics")),
    "seeds/labeller.json.xz",
    "schemas/expectations/article.json",
)
_NOT_DECIDING = tuple(
    f"tasks/_{helper}.py"
    for helper in (
        "measures",
        "shingles",
        "compare",
        "groups",
        "terms",
        "stories",
        "edits",
        "passages",
        "report_*",
        "tombstones",
        "web_*",
    )
)


def rules_version(memory: Path | None = None) -> str:
    """What decides how an article comes out: `HASH`, or `HASH.NUMBER` with a snapshot of what was learned."""
    return f"{rules_hash()}.{number_of(memory)}" if memory else rules_hash()


@cache
def rules_hash() -> str:
    """The first 12 hex digits of the SHA-256 over the files that decide, their names included."""
    digest = hashlib.sha256()
    deciding = {path for pattern in _DECIDING for path in ROOT.glob(pattern) if path.is_file()}
    deciding -= {path for pattern in _NOT_DECIDING for path in ROOT.glob(pattern)}
    named = {path.relative_to(ROOT).as_posix(): path for path in deciding}
    named |= {f"seeds/publishers/{path.name}": path for path in (project() / "publishers").glob("*") if path.is_file()}
    for name, path in sorted(named.items()):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:12]


def provenance(settings: Settings) -> dict[str, Any]:
    """What would make the next article: `rules`, `models` (SHA-256 of each, the beginning), `settings`, `libraries`."""
    models = sorted(path for path in (ROOT / "seeds").iterdir() if path.name.endswith((".json.xz", ".npz")))
    return {
        "rules": rules_version(settings.memory),
        "models": {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in models},
        "settings": asdict(settings),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in ("trafilatura", "lxml", "duckdb", "great-expectations")},
    }


@cache
def code_version() -> str:
    """The package's version, and the commit where this is a git checkout: `0.1.0+8765001`."""
    try:
        number = version("copydesk")
    except PackageNotFoundError:  # run from a checkout that was never installed
        number = "0"
    try:
        git = ["git", "-C", str(ROOT), "rev-parse", "--short=7", "HEAD"]
        commit = subprocess.run(git, capture_output=True, text=True, timeout=5, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return number
    return f"{number}+{commit}"
