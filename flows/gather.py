"""Collecting in step with the warehouse: what is to be asked for, what is remembered of it, and batches of pages.

A feed's addresses and its ETag are written down in one transaction, pages and their visits with the name of the pack
that holds them: so whatever a killed run had found or landed is known to the next, and asked for once.
"""

import io
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from flows.crawl import Crawl
from flows.run import Run, in_batches
from flows.wanted import is_sitemap_wanted, is_wanted
from schemas.collected import Found, Job, Listing, SourceTally, Visit, VisitNote
from schemas.document import Document, Given
from schemas.errors import UsageError
from schemas.source import LISTED_KINDS, Source, SourceBook, Window, is_url
from tasks import discover
from tasks._web_manners import MOST_TRIES_IN_ALL, next_visit
from tasks._web_robots import Robots
from tasks.batch import Batch, land, log, receive
from tasks.fetch import document_of
from tasks.read import read_archive
from warehouse.collected import FeedNote, Known

#: A batch is handed on when its first page has waited for so long.
_BATCH_SECONDS = 30.0
#: A batch that fills sooner than this: pages come faster than they can be dealt with; it waits until all have come.
_BUSY_SECONDS = 10.0
_POLL_SECONDS = 0.5
#: Feeds that come together are written down together: a transaction for each of 200 would hold up the last by seconds.
_AT_A_TIME = 64


class Gathering:
    """The web sources of one run; `tallies`: what came of each, by id."""

    def __init__(self, run: Run, book: SourceBook, sources: Sequence[Source], window: Window):
        assert run.store is not None
        self.run, self.window = run, window
        self.sources = {source.id: source for source in sources}
        self.tallies = {source.id: SourceTally(source) for source in sources}
        self._collected = run.store.collected
        self._feeds = self._collected.feeds(list(self.sources))
        self._backfill = self._collected.begin_backfill(list(self.sources), window) if window.is_backfill else {}
        # How many more addresses, and sitemaps of an index, may be remembered: always as many as one run may ask for.
        waiting = self._collected.waiting(list(self.sources))
        unread = Counter(source_id for (source_id, _), feed in self._feeds.items() if not feed.fetched_at)
        unread += Counter(source_id for (source_id, _), (is_read, _) in self._backfill.items() if not is_read)
        self._room, self._sitemap_room = (
            {name: max(s.limits.waiting - count[name], s.limits.requests) for name, s in self.sources.items()}
            for count in (waiting, unread)
        )
        self._asked: set[str] = set()
        self._crawl = Crawl(book, [Robots(*row) for row in self._collected.robots()])
        self._most = book.budget.requests
        run.crawl = self

    def batches(self, first: int = 0) -> Iterator[Batch]:
        """Pages as they come, landed; those of a rush are dealt with when it is over."""
        aside: list[Batch] = []
        number = first
        archives = [(source, address) for source in self.sources.values() for address in source.archives]
        with ExitStack() as stack:
            stack.enter_context(self._crawl)
            self._begin()
            while self._crawl.waiting:
                batch = Batch(number, [], self.run.tally.inputs)
                started = time.monotonic()
                receive(batch, self.run)
                if not (batch.documents or batch.visits):
                    continue
                land(batch, self.run)
                if not batch.documents:
                    continue
                number += 1
                is_rush = len(batch.documents) >= self.run.settings.batch_documents
                if is_rush and time.monotonic() - started < _BUSY_SECONDS:
                    aside.append(_without_content(batch))
                else:
                    self._start_checks()
                    yield batch
            if not archives:
                stack.close()
            if aside:
                self._start_checks()
            while aside:  # one that was dealt with is let go of
                yield self._read_back(aside.pop(0))
            yield from self._archives(archives, number)

    def fill(self, batch: Batch) -> None:
        """What comes next, until the batch is full, has waited long enough, or nothing more is to come."""
        limits, size, started = self.run.settings, 0, time.monotonic()
        while self._crawl.waiting and len(batch.documents) < limits.batch_documents and size < limits.batch_bytes:
            items = self._crawl.next_few(_POLL_SECONDS, _AT_A_TIME)
            if robots := [(i.origin, i.status, i.text, i.fetched_at) for i in items if isinstance(i, Robots)]:
                self._collected.note_robots(robots)
            visits = [item for item in items if isinstance(item, Visit)]
            for visit in visits:
                self.tallies[visit.job.source.id].count(visit)
            self._take_listings([v for v in visits if v.job.what != "page" and v.answer.outcome != "left"])
            size += sum(self._take_page(visit, batch) for visit in visits if visit.job.what == "page")
            if time.monotonic() - started > _BATCH_SECONDS:
                break
        self.run.tally.inputs += len(batch.documents)

    def note(self, tallies: Iterable[SourceTally]) -> None:
        """Write down what came of each source, and say it."""
        assert self.run.info is not None
        rows = list(tallies)
        if self.window.is_backfill:
            self._collected.end_backfill(list(self.sources), MOST_TRIES_IN_ALL)
        self._collected.note_run(self.run.info.run_id, rows, self._crawl.world.now())
        for tally in rows:
            told = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in tally.outcomes.items())
            log(f"{tally.source.id}: {told or 'nothing asked for'}" + (f"; {tally.detail}" if tally.detail else ""))

    # What to ask for -------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Ask for what earlier runs had no requests left for, then for feeds, then for what is to be looked at again.

        The feed that was read longest ago comes first: a run's budget that is smaller than the number of feeds, or that
        feeds alone would use up, is for each of them in turn.
        """
        now = self._crawl.world.now()
        due = self._collected.due(list(self.sources), now, self._most, self.window)
        left = [item for item in due if not (item.visits or item.failures)]
        self._ask_for(left)
        listings: list[tuple[Source, str]] = []
        for source in self.sources.values():
            if source.kind == "urls":
                found = [item for address in source.addresses for item in addresses(address)]
                wanted = [(source, item) for item in found if is_wanted(item, source, self.window, now)]
                self._note_found(wanted, now)
                continue
            for address in source.addresses if source.kind in LISTED_KINDS else ():
                known = self._feeds.get((source.id, address))
                if not known or not known.next_visit_at or known.next_visit_at <= now or self.window.is_backfill:
                    listings.append((source, address))
        if self.window.is_backfill:
            listings = [*self._left_of_backfill(), *sorted(listings, key=self._read_at)]
            due = []
        else:
            listings = sorted([*listings, *self._left_sitemaps(now)], key=self._read_at)
        self._crawl.add([job for source, address in listings for job in self._listing_jobs(source, [address])])
        self._ask_for(due)

    def _left_sitemaps(self, now: datetime) -> Iterator[tuple[Source, str]]:
        """Sitemaps that an index named and that were not had yet; it will not name them again while it is unchanged."""
        for (source_id, url), known in self._feeds.items():
            source = self.sources[source_id]
            is_due = known.next_visit_at is not None and known.next_visit_at <= now
            if (
                is_due
                and source.kind == "sitemap"
                and url not in source.addresses
                and known.failures < MOST_TRIES_IN_ALL
            ):
                yield source, url

    def _left_of_backfill(self) -> Iterator[tuple[Source, str]]:
        """Sitemaps that earlier runs for the same days had no requests left for, or that failed."""
        for (source_id, url), (is_read, failures) in self._backfill.items():
            if not is_read and failures < MOST_TRIES_IN_ALL:
                yield self.sources[source_id], url

    def _read_at(self, listing: tuple[Source, str]) -> datetime:
        known = self._feeds.get((listing[0].id, listing[1]))
        return known.fetched_at if known and known.fetched_at else datetime.min.replace(tzinfo=UTC)

    def _ask_for(self, known: Iterable[Known]) -> None:
        jobs = []
        for item in known:
            source = self.sources.get(item.source_id)
            if source is None or item.url in self._asked:
                continue
            self._asked.add(item.url)
            jobs.append(
                Job(
                    "page", item.url, source, item.etag, item.last_modified, item.visits, item.failures,
                    item.published_at, item.document_id,
                )
            )  # fmt: skip
        self._crawl.add(jobs)

    def _listing_jobs(self, source: Source, addresses: Iterable[str]) -> Iterator[Job]:
        what = "sitemap" if source.kind == "sitemap" else "feed"
        for address in addresses:
            if address in self._asked:
                continue
            self._asked.add(address)
            known = self._feeds.get((source.id, address))
            if self.window.is_backfill:
                yield Job(what, address, source, failures=self._backfill.get((source.id, address), (False, 0))[1])
            elif known is None:
                yield Job(what, address, source)
            else:
                yield Job(what, address, source, known.etag, known.last_modified, failures=known.failures)

    # What came -------------------------------------------------------------------------------------------------------

    def _take_listings(self, visits: Sequence[Visit]) -> None:
        """Remember feeds and sitemaps that came together, and ask for what they name.

        A backfill remembers the addresses and leaves the feeds as they are known: what it took out of its days is not
        all that is in them.
        """
        if not visits:
            return
        now, chance = self._crawl.world.now(), self._crawl.world.random
        found: list[tuple[Source, Found]] = []
        more: list[tuple[Source, str]] = []
        notes: list[FeedNote] = []
        for visit in visits:
            source, listing = visit.job.source, visit.listing
            known = self._feeds.get((source.id, visit.job.url))
            again = next_visit(visit.job, visit.answer, now, chance())
            if listing is None:
                notes.append(FeedNote(visit, known, again))
                continue
            found += [(source, item) for item in listing.found if is_wanted(item, source, self.window, now)]
            named, room = self._wanted_sitemaps(listing.more, source, now), self._sitemap_room[source.id]
            more += [(source, url) for url in named[:room]]
            self._sitemap_room[source.id] -= len(named[:room])
            notes.append(FeedNote(visit, known, again, is_whole=len(named) <= room))
            if len(named) > room:
                self._tell_full(source)
            if listing.problem:
                tally = self.tallies[source.id]
                tally.detail = tally.detail or f"{visit.job.url}: {listing.problem}"
        self._note_found(found, now, notes, more)
        self._crawl.add([job for source, url in more for job in self._listing_jobs(source, [url])])

    def _wanted_sitemaps(self, more: Sequence[Found], source: Source, now: datetime) -> list[str]:
        known = self._feeds
        return [
            m.url
            for m in more
            if m.url not in self._asked
            and not self._backfill.get((source.id, m.url), (False, 0))[0]
            and is_sitemap_wanted(m, source, self.window, now, known.get((source.id, m.url)))
        ]

    def _note_found(
        self, found: Sequence[tuple[Source, Found]], now: datetime, feeds: Sequence[FeedNote] = (),
        sitemaps: Sequence[tuple[Source, str]] = (),
    ) -> None:  # fmt: skip
        known, new, cut = self._collected.note_found(found, now, feeds, sitemaps, self._room, self.window)
        for source_id, count in new.items():
            self.tallies[source_id].found += count
            self._room[source_id] -= count
        for source_id in cut:
            self._tell_full(self.sources[source_id])
        self._ask_for(known)

    def _tell_full(self, source: Source) -> None:
        tally = self.tallies[source.id]
        tally.detail = tally.detail or (
            f"It names more addresses than may wait to be fetched ({source.limits.waiting:,}); the rest comes later."
        )

    def _take_page(self, visit: Visit, batch: Batch) -> int:
        """Put a page into the batch, with what is remembered of the visit; the answer is its size."""
        job, answer = visit.job, visit.answer
        if answer.outcome == "left":
            return 0
        document: Document | None = None
        if answer.outcome == "fetched":
            source = job.source
            given = Given(source=source.name, language=source.language, zone=source.zone)
            document = document_of(answer, job.url, given)
            if document.refusal is not None:
                reasons = document.refusal
                answer, document = answer.failed("refused", reasons.detail), None
            elif document.document_id == job.document_id:
                document = None  # the same bytes, from a server that does not say so
        batch.visits.append(
            VisitNote(
                job.url, visit.at, answer.outcome, answer.status, answer.outcome in ("fetched", "not_modified"),
                answer.detail, answer.etag, answer.last_modified, document.document_id if document else None,
                next_visit(job, answer, visit.at, self._crawl.world.random()),
            )
        )  # fmt: skip
        if document is None:
            return 0
        batch.documents.append(document)
        return len(document.content)

    # Archives --------------------------------------------------------------------------------------------------------

    def _archives(self, archives: Iterable[tuple[Source, str]], number: int) -> Iterator[Batch]:
        """The pages of web archives, one archive after the other: fetched whole, then read.

        One is asked for again with its ETag or Last-Modified; without any it is taken not to change once it came whole.
        """
        for source, address in archives:
            known, now = self._feeds.get((source.id, address)), self._crawl.world.now()
            if known and known.next_visit_at and known.next_visit_at > now:
                continue
            if known and known.fetched_at and not (known.failures or known.etag or known.last_modified):
                continue
            # It has no name, so that nothing is left of it if we are killed.
            with tempfile.TemporaryFile(dir=self.run.settings.warehouse.parent, buffering=0) as file:
                job = Job("archive", address, source, file=file)
                if known:
                    job = replace(job, etag=known.etag, last_modified=known.last_modified, failures=known.failures)
                visit = self._fetch(job)
                tally = self.tallies[source.id]
                documents = None
                if visit.answer.outcome == "fetched":
                    tally.bytes += file.seek(0, io.SEEK_END)
                    read = read_archive(file, address, self.run.settings)
                    if isinstance(read, str):
                        visit = replace(visit, answer=visit.answer.failed("refused", read, "unsupported_type"))
                    else:
                        documents, visit = read, replace(visit, listing=Listing("warc"))
                tally.count(visit)
                if documents is not None:
                    self._start_checks()
                    for batch in in_batches(self._of_archive(source, documents), self.run, number):
                        number += 1
                        yield batch
                # All of it is landed by now.
                if visit.answer.outcome != "left":
                    again = next_visit(visit.job, visit.answer, now, self._crawl.world.random())
                    self._collected.note_found([], now, [FeedNote(visit, known, again)])

    def _of_archive(self, source: Source, documents: Iterable[Document]) -> Iterator[Document]:
        for document in documents:
            self.tallies[source.id].found += 1
            yield told_by(source, document)

    def _fetch(self, job: Job) -> Visit:
        """What came of a job, when nothing else is asked for."""
        self._crawl.add([job])
        while True:
            for item in self._crawl.next_few(_POLL_SECONDS, _AT_A_TIME):
                if isinstance(item, Visit):
                    return item
                self._collected.note_robots([(item.origin, item.status, item.text, item.fetched_at)])

    def _start_checks(self) -> None:
        if self.run.checks is not None:
            self.run.checks.start()

    def _read_back(self, batch: Batch) -> Batch:
        """The contents of a batch that was put aside; what was dealt with before is not read again."""
        assert self.run.store is not None
        pairs = [(document.document_id, document.origin) for document in batch.documents]
        read = {(d.document_id, d.origin): d for d in self.run.store.read(batch.packs)}
        batch.documents = [read.get(pair, document) for pair, document in zip(pairs, batch.documents, strict=True)]
        batch.fresh = list(read.values())
        return batch


def told_by(source: Source, document: Document) -> Document:
    """A document with what its source says of all of its documents; what it says of itself counts more."""
    given = document.given
    return replace(
        document,
        given=replace(
            given, source=given.source or source.name, language=given.language or source.language,
            zone=given.zone or source.zone,
        ),
    )  # fmt: skip


def addresses(address: str) -> Sequence[Found]:
    """A page's address, or those of a file."""
    if is_url(address):
        return discover.read_addresses(address.encode()).found
    try:
        return discover.read_addresses(Path(address).read_bytes()).found
    except OSError as error:
        raise UsageError(f"{address}: the file of addresses cannot be read ({error.strerror})") from error


def _without_content(batch: Batch) -> Batch:
    batch.documents = [replace(document, content=b"") for document in batch.documents]
    batch.fresh = []
    return batch
