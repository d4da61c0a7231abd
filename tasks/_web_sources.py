"""A file of sources, read strictly: an error names the file, the source, the key, and what to do."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from schemas.errors import UsageError
from schemas.settings import MEBIBYTE, project
from schemas.source import (
    FEED_KINDS,
    FILE_KINDS,
    LISTED_KINDS,
    SCHEDULES,
    WEB_KINDS,
    Budget,
    Limits,
    Source,
    SourceBook,
)
from tasks._web_addresses import why_unsafe_url
from tasks._zones import place_zone

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
#: As tasks/discover.py takes them; and no path is longer.
_LONGEST_ADDRESS = 2000
_CONTACT = re.compile(r"https?://\S+\.\S+|(?:mailto:)?[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>()]+")


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a key may hold: `is_right`, and in words."""

    is_right: Callable[[Any], bool]
    words: str


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and value.isprintable()


def _number(low: float, high: float, whole: bool = False) -> _Rule:
    kinds = int if whole else (int, float)
    words = f"a {'whole ' if whole else ''}number from {low:g} to {high:g}"
    return _Rule(lambda v: isinstance(v, kinds) and not isinstance(v, bool) and low <= v <= high, words)


_TEXT = _Rule(_text, "words in quotes")
_FLAG = _Rule(lambda v: isinstance(v, bool), "true or false")
_TABLE = _Rule(lambda v: isinstance(v, dict), "a table of keys")
_LIMITS = {
    "delay_seconds": _number(0, 3600),
    "requests": _number(1, 1_000_000, whole=True),
    "page_bytes": _number(1000, 256 * MEBIBYTE, whole=True),
    "archive_bytes": _number(1000, 1 << 40, whole=True),
    "waiting": _number(1, 10_000_000, whole=True),
    "recent_days": _number(0, 36500),
    "revisit_hours": _Rule(
        lambda v: isinstance(v, list) and all(_number(0, 100_000).is_right(hours) for hours in v),
        "a list of hours such as [1, 3, 12, 24, 72]",
    ),
}
_SOURCE = {
    "id": _Rule(lambda v: isinstance(v, str) and bool(_ID.fullmatch(v)), "small letters, digits and hyphens"),
    "name": _TEXT,
    "kind": _Rule(
        lambda v: v in (*FEED_KINDS, *WEB_KINDS, *FILE_KINDS),
        f"one of {', '.join((*FEED_KINDS, 'sitemap', 'urls', *FILE_KINDS))}",
    ),
    "address": _Rule(
        lambda v: _text(v) or (isinstance(v, list) and bool(v) and all(map(_text, v))),
        "an address in quotes, or a list of them",
    ),
    "language": _Rule(lambda v: isinstance(v, str) and bool(re.fullmatch(r"[a-z]{2}", v)), 'two letters such as "en"'),
    "zone": _Rule(lambda v: isinstance(v, str) and place_zone(v) is not None, 'an IANA zone such as "Europe/London"'),
    "schedule": _Rule(lambda v: v in SCHEDULES, f"one of {', '.join(SCHEDULES)}"),
    "enabled": _FLAG,
    "allow_private": _FLAG,
    "limits": _TABLE,
}  # fmt: skip
_COLLECT = {
    "contact": _Rule(lambda v: isinstance(v, str) and bool(_CONTACT.fullmatch(v)), "an e-mail or web address"),
    "requests": _number(1, 10_000_000, whole=True),
    "requests_per_host": _number(1, 1_000_000, whole=True),
    "seconds": _number(1, 86400),
    "connections": _number(1, 256, whole=True),
}
_FILE = {"collect": _TABLE, "source": _Rule(lambda v: isinstance(v, list), "tables that begin with [[source]]")}


def read_sources(path: Path | None = None) -> SourceBook:
    """The sources of a file (that of the project unless said); UsageError for the first thing that is wrong in it."""
    path = path or project() / "sources.toml"
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"{path}: there is no such file of sources; name another with --sources") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, RecursionError) as error:
        raise UsageError(f"{path} is not readable as TOML: {error}") from error
    _check(values, _FILE, f"{path}")
    collect = dict(values.get("collect", {}))
    _check(collect, _COLLECT, f"{path}: [collect]")
    contact = collect.pop("contact", None)
    sources = tuple(_source(entry, number, path) for number, entry in enumerate(values.get("source", []), 1))
    seen: set[str] = set()
    for source in sources:
        if source.id in seen:
            raise UsageError(f"{path}: two sources have the id {source.id!r}; give one of them another")
        seen.add(source.id)
    if contact is None and any(source.is_web for source in sources):
        raise UsageError(
            f'{path}: [collect] has no contact; add contact = "you@your.example" or a web address: '
            "whoever runs a site must be able to find out who asks"
        )
    return SourceBook(path, contact, Budget(**collect), sources)


def choose(book: SourceBook, ids: Sequence[str] = (), schedule: str | None = None) -> list[Source]:
    """The sources of these ids (all that are enabled, unless said), and of this schedule group."""
    known = {source.id: source for source in book.sources}
    for wanted in ids:
        if wanted not in known:
            raise UsageError(f"{book.path}: there is no source {wanted!r}{_meant(wanted, known)}")
    if schedule is not None and schedule not in SCHEDULES:
        raise UsageError(f"there is no schedule {schedule!r}{_meant(schedule, SCHEDULES)}")
    chosen = [known[name] for name in dict.fromkeys(ids)] if ids else [s for s in book.sources if s.enabled]
    return [source for source in chosen if schedule is None or source.schedule == schedule]


def _source(entry: Any, number: int, path: Path) -> Source:
    where = f"{path}: source {number}"
    if not isinstance(entry, dict):
        raise UsageError(f"{where} is not a table; begin it with [[source]]")
    if isinstance(entry.get("id"), str):
        where = f"{path}: source {entry['id']!r}"
    _check(entry, _SOURCE, where)
    for key in ("id", "name", "kind", "address"):
        if key not in entry:
            raise UsageError(f"{where} has no {key}; add {key} = ... ({_SOURCE[key].words})")
    values = dict(entry)
    limits = values.pop("limits", {})
    _check(limits, _LIMITS, f"{where}, limits")
    if "revisit_hours" in limits:
        limits = {**limits, "revisit_hours": tuple(float(hours) for hours in limits["revisit_hours"])}
    address = values.pop("address")
    addresses = (address,) if isinstance(address, str) else tuple(dict.fromkeys(address))
    kind = "feed" if values.pop("kind") in FEED_KINDS else entry["kind"]
    source = Source(**values, kind=kind, addresses=addresses, limits=Limits(**limits))
    return replace(source, addresses=tuple(_address(source, a, path, where) for a in addresses))


def _address(source: Source, address: str, path: Path, where: str) -> str:
    """An address as it is used: a path stands beside the file that names it."""
    if len(address) > _LONGEST_ADDRESS:
        raise UsageError(f"{where}: address must have no more than {_LONGEST_ADDRESS:,} characters")
    is_url = bool(re.match(r"[a-z][a-z0-9+.-]+:", address, re.I)) and not Path(address).exists()
    if is_url and (source.kind in WEB_KINDS or source.kind == "warc"):
        if problem := why_unsafe_url(address):
            raise UsageError(f"{where}: address {_bare(address)} cannot be fetched: {problem}")
        return address
    if is_url:
        raise UsageError(
            f"{where}: address {_bare(address)} must be a path, as its kind is {source.kind}; download it first"
        )
    if source.kind in LISTED_KINDS:
        raise UsageError(
            f"{where}: address {address} must begin with http:// or https://, as its kind is {source.kind}"
        )
    return str(Path(address) if Path(address).is_absolute() else path.parent / address)


def _bare(address: str) -> str:
    """Without what may be a password."""
    try:
        parts = urlsplit(address)
        return address.replace(parts.netloc, parts.netloc.rpartition("@")[2]) if "@" in parts.netloc else address
    except ValueError:
        return "of this source"


def _check(values: Any, rules: Mapping[str, _Rule], where: str) -> None:
    for key, value in values.items():
        if key not in rules:
            raise UsageError(f"{where}: {key} is not a key that is known here{_meant(key, rules)}")
        if not rules[key].is_right(value):
            raise UsageError(f"{where}: {key} must be {rules[key].words}")


def _meant(word: str, known: Any) -> str:
    close = get_close_matches(word, list(known), 1)
    return f"; did you mean {close[0]}?" if close else f"; known are {', '.join(known) or 'none'}"
