"""The warehouse's SQL files, by name."""

from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent


@cache
def query(name: str) -> str:
    """The text of `queries/NAME.sql`."""
    return (_HERE / "queries" / f"{name}.sql").read_text(encoding="utf-8")


def migration(name: str) -> str:
    """The text of `migrations/NAME.sql`."""
    return (_HERE / "migrations" / f"{name}.sql").read_text(encoding="utf-8")


def migrations() -> list[Path]:
    """The migrations, in the order in which they are applied."""
    return sorted((_HERE / "migrations").glob("*.sql"))


def views() -> list[Path]:
    """The files that make the views; `articles` comes first, and the others stand on it."""
    return sorted((_HERE / "views").glob("*.sql"))
