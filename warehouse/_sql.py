"""The warehouse's SQL files, by name."""

from collections.abc import Iterable
from functools import cache
from itertools import groupby
from pathlib import Path

#: Rows that DuckDB reads at a time: of one of them it reads the whole vector, of others none.
_VECTOR = 2048
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


def at_places(places: Iterable[int], row: str = "rowid") -> str:
    """The condition of standing at these row ids, one or more; of wide columns only vectors that hold any are read.

    `row IN (...)` by itself, or a join, is no filter of DuckDB's scan: for three bodies it reads those of all articles.
    """
    rows = sorted(set(places))
    runs = [list(run) for _, run in groupby(rows, key=lambda place: place // _VECTOR)]
    near = " OR ".join(f"{row} BETWEEN {run[0]} AND {run[-1]}" for run in runs)
    return f"({near}) AND {row} IN ({', '.join(map(str, rows))})"
