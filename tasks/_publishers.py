"""What `seeds/publishers/` knows of the outlet of a document."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from schemas.errors import UsageError
from schemas.publisher import Publisher
from tasks._zones import place_zone

_SEEDS = Path(__file__).parent.parent / "seeds" / "publishers"
_TEXTS, _LISTS = ("name", "zone"), ("domains", "also_known_as")


def find_publisher(domain: str | None, source: str | None, seeds: Path = _SEEDS) -> Publisher | None:
    """The outlet whose site `domain` is (or is a subdomain of), else the one called `source`; None when unknown.

    UsageError when a file in `seeds` is no publisher.
    """
    known = _publishers(seeds)
    labels = (domain or "").casefold().split(".")
    for start in range(len(labels) - 1):
        if found := known.get(".".join(labels[start:])):
            return found
    return known.get((source or "").casefold())


@cache
def _publishers(seeds: Path) -> Mapping[str, Publisher]:
    """Every domain and name, casefolded, to its outlet."""
    found: dict[str, Publisher] = {}
    for path in sorted(seeds.glob("*.toml")):
        publisher = _read(path)
        for key in (*publisher.domains, publisher.name, *publisher.also_known_as):
            found[key.casefold()] = publisher
    return found


def _read(path: Path) -> Publisher:
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not readable as TOML: {error}") from error
    wrong = [k for k, v in values.items() if not _is_right(k, v)]
    if wrong or not values.get("name"):
        raise UsageError(f"{path}: {wrong[0] if wrong else 'name'} is missing or not what a publisher has")
    if values.get("zone") and place_zone(values["zone"]) is None:
        raise UsageError(f"{path}: zone {values['zone']!r} is not an IANA zone such as Europe/London")
    lists = {k: tuple(values.get(k, ())) for k in _LISTS}
    return Publisher(name=values["name"], zone=values.get("zone"), **lists)


def _is_right(key: str, value: Any) -> bool:
    if key in _LISTS:
        return isinstance(value, list) and all(isinstance(v, str) for v in value)
    return key in _TEXTS and isinstance(value, str)
