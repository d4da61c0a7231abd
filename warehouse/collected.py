"""What the warehouse knows of collecting: addresses, feeds, robots.txt, and what came of each source."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.collected import OUTCOMES, Found, SourceTally, Visit, VisitNote
from schemas.errors import WarehouseError
from schemas.source import ALWAYS, Source, Window
from warehouse import backfills
from warehouse._arrow import table, values_table
from warehouse._sql import query
from warehouse.connection import Writer, open_reader

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NO_LIMITS: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True)
class Known:
    """An address of an article that is due, and what is remembered of it."""

    url: str
    source_id: str
    etag: str | None
    last_modified: str | None
    visits: int
    failures: int
    published_at: datetime | None
    document_id: str | None


@dataclass(frozen=True, slots=True)
class KnownFeed:
    """A feed or sitemap that was asked for before; a row of `collected_feeds`."""

    url: str
    source_id: str
    kind: str | None
    fetched_at: datetime | None
    next_visit_at: datetime | None
    failures: int
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True)
class FeedNote:
    """A feed or sitemap that was asked for, what was known of it `before`, and when it is asked for again.

    `is_whole`: whether all of its addresses could be remembered; else it is as if it had not been read.
    """

    visit: Visit
    before: KnownFeed | None
    next_visit_at: datetime | None
    is_whole: bool = True


class Collected:
    """The tables of collecting, in a warehouse that is open for writing."""

    def __init__(self, writer: Writer):
        self._writer = writer

    def due(self, source_ids: Sequence[str], now: datetime, most: int, window: Window = ALWAYS) -> list[Known]:
        """Addresses of these days that are to be fetched by now, `most` of each source, what never was first."""
        asked = {"source_ids": list(source_ids), "now": now, "most": most, "since": window.since, "until": window.until}
        return [Known(*row) for row in self._writer.connection.execute(query("find_due_urls"), asked).fetchall()]

    def begin_backfill(self, source_ids: Sequence[str], window: Window) -> dict[tuple[str, str], tuple[bool, int]]:
        """Of the sitemaps that earlier runs for the same days were named: whether each was read, and its failures."""
        return backfills.begin(self._writer.connection, source_ids, window)

    def end_backfill(self, source_ids: Sequence[str], tries: int) -> None:
        """Forget the backfills that have read all of them, or tried the rest so many times."""
        backfills.end(self._writer.connection, source_ids, tries)

    def feeds(self, source_ids: Sequence[str]) -> dict[tuple[str, str], KnownFeed]:
        """What is known of feeds and sitemaps, by source and address."""
        return _feeds(self._writer.connection, source_ids)

    def waiting(self, source_ids: Sequence[str]) -> Counter[str]:
        """How many addresses of each source were never fetched and are to be."""
        asked = {"source_ids": list(source_ids)}
        return Counter(dict(self._writer.connection.execute(query("count_waiting_urls"), asked).fetchall()))

    def robots(self) -> list[tuple[str, int, str, datetime]]:
        """Every robots.txt that is remembered: origin, status, text, when."""
        return self._writer.connection.execute(query("find_robots")).fetchall()  # type: ignore[return-value]

    def note_robots(self, rows: Sequence[tuple[str, int, str, datetime]]) -> None:
        """Remember some robots.txt: origin, status, text, when."""
        with self._writer.transaction() as connection:
            for row in rows:
                connection.execute(query("delete_robots"), [row[0]])
                connection.execute(query("insert_robots"), list(row))

    def note_found(
        self, found: Sequence[tuple[Source, Found]], now: datetime, feeds: "Sequence[FeedNote]" = (),
        sitemaps: Sequence[tuple[Source, str]] = (), most: Mapping[str, int] = NO_LIMITS, window: Window = ALWAYS,
    ) -> tuple[list[Known], Counter[str], set[str]]:  # fmt: skip
        """Remember addresses of articles and of sitemaps, and what was asked for to find them: all of it or nothing.

        `most`: how many new addresses of a source there is room for.  The answer is those of the addresses that are
        due, how many are new, by id of their source, and the sources that had more of them than that; of these no
        feed counts as read.
        """
        by_url = {item.url: (source, item) for source, item in reversed(found)}  # the first to name it has it
        new: Counter[str] = Counter()
        cut: set[str] = set()
        with self._writer.transaction():
            if by_url:
                new, cut = self._write_found(list(by_url.values()), now, most)
            notes = [replace(n, is_whole=n.is_whole and n.visit.job.source.id not in cut) for n in feeds]
            if window.is_backfill:
                backfills.write(
                    self._writer.connection, window, sitemaps, [note.visit for note in notes if note.is_whole]
                )
            elif notes:
                self._write_feeds(notes)
            if sitemaps and not window.is_backfill:
                self._write_named(sitemaps, now)
        return self.due_among(list(by_url), now), new, cut

    def _write_found(
        self, found: Sequence[tuple[Source, Found]], now: datetime, most: Mapping[str, int]
    ) -> tuple[Counter[str], set[str]]:
        connection = self._writer.connection
        columns: dict[str, list[Any]] = {
            "url": [item.url for _, item in found],
            "source_id": [source.id for source, _ in found],
            "source": [source.name for source, _ in found],
            "found_at": [now] * len(found),
            "published_at": [item.published_at for _, item in found],
            "modified_at": [item.modified_at for _, item in found],
            "most": [most.get(source.id, len(found)) for source, _ in found],
        }
        connection.register("found", table(columns))
        try:
            rows = connection.execute(query("count_new_urls")).fetchall()
            cut = {source_id for source_id, count in rows if count > most.get(source_id, count)}
            new = Counter(source_id for (source_id,) in connection.execute(query("insert_found_urls")).fetchall())
            connection.execute(query("update_found_urls"))
            return new, cut
        finally:
            connection.unregister("found")

    def _write_feeds(self, feeds: "Sequence[FeedNote]") -> None:
        rows = list({(row["source_id"], row["url"]): row for row in map(_feed_row, feeds)}.values())
        connection = self._writer.connection
        connection.register("feeds", table({name: [row[name] for row in rows] for name in rows[0]}))
        try:
            connection.execute(query("delete_feeds"))
            connection.execute(query("insert_feeds"))
        finally:
            connection.unregister("feeds")

    def _write_named(self, sitemaps: Sequence[tuple[Source, str]], now: datetime) -> None:
        connection = self._writer.connection
        columns: dict[str, list[Any]] = {
            "source_id": [source.id for source, _ in sitemaps],
            "url": [url for _, url in sitemaps],
            "next_visit_at": [now] * len(sitemaps),
        }
        connection.register("named", table(columns))
        try:
            connection.execute(query("insert_named_feeds"))
        finally:
            connection.unregister("named")

    def due_among(self, urls: Sequence[str], now: datetime) -> list[Known]:
        """Of these addresses those that are due."""
        if not urls:
            return []
        connection = self._writer.connection
        connection.register("asked", values_table("url", list(urls)))
        try:
            return [Known(*row) for row in connection.execute(query("find_due_among"), {"now": now}).fetchall()]
        finally:
            connection.unregister("asked")

    def note_run(self, run_id: str, tallies: Iterable[SourceTally], at: datetime) -> None:
        """Write down what a run collected from each source."""
        rows = list(tallies)
        if not rows:
            return
        columns: dict[str, list[Any]] = {
            "run_id": [run_id] * len(rows),
            "source_id": [row.source.id for row in rows],
            "source": [row.source.name for row in rows],
            "collected_at": [at] * len(rows),
            "requests": [row.requests for row in rows],
            "size_bytes": [row.bytes for row in rows],
            "found": [row.found for row in rows],
            **{name: [row.outcomes.get(name, 0) for row in rows] for name in OUTCOMES},
            "detail": [row.detail for row in rows],
        }
        connection = self._writer.connection
        connection.register("incoming", table(columns))
        try:
            with self._writer.transaction():
                connection.execute(query("insert_collections"))
        finally:
            connection.unregister("incoming")


def write_visits(connection: "DuckDBPyConnection", notes: Sequence[VisitNote], packs: Mapping[str, str]) -> None:
    """Remember what came of requests for pages, in the transaction that is open; `packs`: by address."""
    if not notes:
        return
    latest = {note.url: note for note in notes}
    names = (
        "url",
        "visited_at",
        "outcome",
        "status",
        "detail",
        "etag",
        "last_modified",
        "document_id",
        "next_visit_at",
    )
    rows = table(
        {name: [getattr(note, name) for note in latest.values()] for name in names}
        | {
            "came": [note.came for note in latest.values()],
            "pack": [packs.get(note.url) for note in latest.values()],
        }
    )
    connection.register("visits", rows)
    try:
        connection.execute(query("note_visits"))
    finally:
        connection.unregister("visits")


def read_state(warehouse: Path, source_ids: Sequence[str]) -> tuple[set[str], dict[tuple[str, str], KnownFeed]]:
    """For a dry run, from the published copy, if there is one: the addresses that are known, and the feeds."""
    import duckdb

    try:
        with closing(open_reader(warehouse)) as connection:
            urls = {url for (url,) in connection.execute(query("find_collected_urls")).fetchall()}
            return urls, _feeds(connection, source_ids)
    except (WarehouseError, duckdb.CatalogException):  # none yet, or made before there was any collecting
        return set(), {}


def _feed_row(note: FeedNote) -> dict[str, Any]:
    """A row of `collected_feeds`; of an answer that was of no use nothing is remembered but that there was one."""
    visit, before = note.visit, note.before
    answer, listing, job = visit.answer, visit.listing, visit.job
    came = answer.outcome in ("fetched", "not_modified")
    is_read = listing is not None and answer.outcome == "fetched"
    if not note.is_whole:
        validators = (None, None)
    elif is_read:
        validators = (answer.etag, answer.last_modified)
    elif came:
        validators = (job.etag, job.last_modified)
    else:
        validators = (before.etag, before.last_modified) if before else (None, None)
    return {
        "url": job.url,
        "source_id": job.source.id,
        "kind": listing.kind if listing else before and before.kind,
        "fetched_at": visit.at if came else before and before.fetched_at,
        "changed_at": visit.at if is_read else None,
        "next_visit_at": note.next_visit_at if note.is_whole else visit.at,
        "failures": 0 if came else (before.failures if before else 0) + 1,
        "entries": len(listing.found) + len(listing.more) if listing else None,
        "status": answer.status,
        "outcome": answer.outcome,
        "detail": answer.detail or (listing.problem if listing else None),
        "etag": validators[0],
        "last_modified": validators[1],
    }


def _feeds(connection: "DuckDBPyConnection", source_ids: Sequence[str]) -> dict[tuple[str, str], KnownFeed]:
    rows = connection.execute(query("find_feeds"), {"source_ids": list(source_ids)}).fetchall()
    return {(row[1], row[0]): KnownFeed(*row) for row in rows}
