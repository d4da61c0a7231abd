"""Articles taken down for good: out of the warehouse, the raw packs, what was learned, and kept out from then on."""

import os
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from schemas.document import Document
from schemas.errors import UsageError
from schemas.settings import Settings
from schemas.tombstone import Forgetting, Key, Tombstone, digest, document_hash
from tasks._memory import read_copy
from tasks._tombstones import article_keys, document_keys, find_tombstone
from tasks._urls import canonical_url
from tasks.load import identify
from tasks.relate import relate
from warehouse.connection import open_reader
from warehouse.forget import Going, Named, RawCopy, Stored, find_buried, find_going, find_named, find_refused
from warehouse.landing import read_documents, read_given
from warehouse.made import list_made
from warehouse.rows import Pack, Pair
from warehouse.store import open_store

#: A shorter beginning of an id is a slip of the hand.
_SHORTEST = 4
#: Other articles with words of those that go, named for the person to decide on.
_MOST_RELATED = 50


def plan(settings: Settings, names: Sequence[str]) -> dict[str, Any]:
    """What `forget` would take out, by the published copy; nothing is changed."""
    with closing(open_reader(settings.warehouse)) as connection:
        named, already = _resolve(connection, names)
        going, _ = _find(connection, settings, named)
    return _told(settings, going, already) | {"dry_run": True}


def forget(settings: Settings, names: Sequence[str]) -> dict[str, Any]:
    """Take articles out everywhere; `names`: URLs, ids of articles or documents, their beginnings, or origins.

    The answer: `articles`, and what went of each; `already`: names of what was taken down before; `related`: articles
    of others with words of them, which stay; `inputs`: files that hold them still, which are not ours to delete.
    Raises UsageError for a name that nothing has, or more than one thing.
    """
    with open_store(settings) as store:
        named, already = _resolve(store.writer.connection, names)
        going, forgetting = _find(store.writer.connection, settings, named)
        told = _told(settings, going, already) | {"dry_run": False}
        if forgetting.tombstones:
            store.bury(forgetting)
            relate(store)
            store.finish_burying()
    return told


def _resolve(connection: Any, names: Sequence[str]) -> tuple[list[Named], list[dict[str, Any]]]:
    """What the names stand for, and those whose articles were taken down before."""
    found: dict[Named, None] = {}
    already: list[dict[str, Any]] = []
    for name in names:
        url = canonical_url(name) if "/" in name or "." in name else None
        is_beginning = len(name) < 32 and all(c in "0123456789abcdefABCDEF" for c in name)
        if not name or (is_beginning and len(name) < _SHORTEST):
            raise UsageError(f"{name!r} is too short for an id; give at least {_SHORTEST} of its digits, or a URL")
        here = find_named(connection, name, url)
        if len(here) > 1:
            ids = ", ".join(sorted((n.article_id or n.document_id or "")[:12] for n in here)[:10])
            raise UsageError(f"{name} stands for {len(here)} articles or refused documents ({ids}); name them by id")
        if here:
            found |= dict.fromkeys(here)
        elif buried := find_buried(connection, name, [digest(url), name.lower()] if url else [name.lower()]):
            already += [{"name": name, "article_id": a, "forgotten_at": at} for a, at in buried]
        else:
            raise UsageError(
                f"nothing in the warehouse has the id, URL or origin {name}; find it with "
                "copydesk query \"SELECT article_id, title FROM articles WHERE title ILIKE '%...%'\""
            )
    return list(found), already


def _told(settings: Settings, going: Going, already: list[dict[str, Any]]) -> dict[str, Any]:
    versions: dict[str, list[Stored]] = {}
    for version in going.versions:
        versions.setdefault(version.article_id, []).append(version)
    files = {d.origin.rpartition("#")[0] if "#" in d.origin else d.origin for d in going.documents}
    return {
        "warehouse": str(settings.warehouse),
        "articles": [
            {
                "article_id": article_id,
                "source": of_one[-1].source,
                "title": of_one[-1].title,
                "url": of_one[-1].url,
                "versions": len(of_one),
                "documents": sum(d.article_id == article_id for d in going.documents),
            }
            for article_id, of_one in versions.items()
        ],
        "documents": len(going.documents),
        "refused": sum(d.article_id is None for d in going.documents),
        "packs": len({d.pack.name for d in going.documents}),
        "already": already,
        "related": list(going.related[:_MOST_RELATED]),
        "inputs": sorted(f for f in files if Path(f).is_file()),
        "exports": [str(path) for path in list_made(settings.warehouse, "export")],
        "reports": [str(path) for path in list_made(settings.warehouse, "report")],
        "samples": [str(path) for path in list_made(settings.warehouse, "sample")],
        "prefect": _prefects_own(),
        "logs": _logs_that_name(settings.warehouse, going),
    }


def _prefects_own() -> list[str]:
    """The database of a Prefect server of our own; forget does not open it, for one that is at work does."""
    file = Path(os.environ.get("PREFECT_HOME") or "~/.prefect").expanduser() / "prefect.db"
    return [str(file)] if file.exists() else []


def _logs_that_name(warehouse: Path, going: Going) -> list[str]:
    """The log of `copydesk up`, where it has an address or a headline of what goes."""
    log = warehouse.with_name("up.log")
    names = {version.url for version in going.versions} | {version.title for version in going.versions}
    names |= {copy.origin for copy in going.documents}
    try:
        told = log.read_text("utf-8", "replace")
    except OSError:
        return []
    return [str(log)] if any(name in told for name in names if name) else []


def _find(connection: Any, settings: Settings, named: Sequence[Named]) -> tuple[Going, Forgetting]:
    """All that is to go, and what to go by and to keep it out by: hashes alone.  The raw copy is read once for it."""
    going = find_going(connection, named)
    raw = _read(settings, going.documents)
    groups: dict[str, list[RawCopy]] = {}
    for copy in going.documents:
        owner = copy.article_id or _owner(copy, going) or identify(raw[copy.document_id, copy.origin])
        groups.setdefault(owner, []).append(copy)
    stones = [_tombstone(article_id, copies, going, raw) for article_id, copies in groups.items()]
    if more := list(_refused_of(connection, settings, stones, raw)) if stones else []:
        raw |= _read(settings, [copy for copy, _ in more])
        going = replace(going, documents=(*going.documents, *(copy for copy, _ in more)))
        for copy, article_id in more:
            groups[article_id].append(copy)
        stones = [_tombstone(article_id, copies, going, raw) for article_id, copies in groups.items()]
    return going, Forgetting(datetime.now(UTC), tuple(stones), tuple(sorted(_lines(raw.values()).items())))


def _read(settings: Settings, copies: Sequence[RawCopy]) -> dict[Pair, Document]:
    wanted: dict[Pack, set[Pair]] = {}
    for copy in copies:
        wanted.setdefault(copy.pack, set()).add((copy.document_id, copy.origin))
    raw = {(d.document_id, d.origin): d for p, w in wanted.items() for d in read_documents(settings.landing, p, w)}
    if lost := [copy for copy in copies if (copy.document_id, copy.origin) not in raw]:
        raise UsageError(
            f"{lost[0].origin} is not in {settings.landing / lost[0].pack.name}: put the pack back, so that it "
            "can be taken out of it"
        )
    return raw


def _refused_of(
    connection: Any, settings: Settings, stones: Sequence[Tombstone], known: Container[Pair]
) -> Iterator[tuple[RawCopy, str]]:
    """What was refused and was given the address or the id of what goes, with the id of its article."""
    keys: dict[Key, list[tuple[str, str | None]]] = {}
    for stone in stones:
        for key in stone.keys:
            keys.setdefault(key, []).append((stone.article_id, stone.source))
    for pack, pairs in find_refused(connection):
        given = read_given(settings.landing, pack) if any(pair not in known for pair in pairs) else {}
        for pair in pairs:
            if pair in known or pair not in given:
                continue
            document = Document(*pair, b"", "", given=given[pair])
            if article_id := find_tombstone(document_keys(document), [given[pair].source], keys):
                yield RawCopy(*pair, None, pack, is_shared=False), article_id


def _owner(refused: RawCopy, going: Going) -> str | None:
    """The article that a refused document goes with: of the same bytes, or from the same origin."""
    for copy in going.documents:
        if copy.article_id and (copy.document_id == refused.document_id or copy.origin == refused.origin):
            return copy.article_id
    return None


def _tombstone(article_id: str, copies: Sequence[RawCopy], going: Going, raw: Mapping[Pair, Document]) -> Tombstone:
    versions = [v for v in going.versions if v.article_id == article_id]
    keys: dict[Key, None] = {}
    for copy in copies:
        # An address at which other articles stood too (`/latest`) is not that of this one.
        keys |= dict.fromkeys(document_keys(raw[copy.document_id, copy.origin], with_origin=not copy.is_shared))
    for version in versions:
        keys |= dict.fromkeys(article_keys(version.url, version.body_hash))
    source = versions[-1].source if versions else raw[copies[0].document_id, copies[0].origin].given.source
    return Tombstone(
        article_id, source, tuple(keys), tuple(sorted(document_hash(c.document_id, c.origin) for c in copies))
    )


def _lines(documents: Iterable[Document]) -> dict[int, int]:
    """In how many of these plain-text documents each line stands, by the key that the memory of sources has for it."""
    found: dict[int, int] = {}
    seen: set[str] = set()
    for document in documents:
        if document.media_type != "text/plain" or document.document_id in seen:
            continue
        seen.add(document.document_id)
        copy = read_copy(document, Settings())
        for key, _, _ in copy.lines if copy else ():
            found[key] = found.get(key, 0) + 1
    return found
