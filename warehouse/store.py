"""What the warehouse is asked and told while documents come in: one transaction for each batch."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.article import Article
from schemas.collected import VisitNote
from schemas.document import Document
from schemas.errors import RunFailed
from schemas.outcome import OUTCOMES
from schemas.run import Alarm, SourceHistory
from schemas.settings import Settings
from schemas.tombstone import Forgetting
from warehouse import landing, tombstones
from warehouse._arrow import change_tables, keys_table, pairs_table, values_table
from warehouse._sql import at_places, query
from warehouse.collected import Collected, write_visits
from warehouse.connection import Writer, open_writer
from warehouse.health import tell_new_alarms
from warehouse.history import source_history
from warehouse.publish import publish, publish_if_due, settle_down
from warehouse.rows import Changes, Pack, Pair, RunInfo, Selection, Settled, Version

if TYPE_CHECKING:
    import pyarrow as pa

#: In what order a batch is written: names of `change_tables` and the query each goes through.
_WRITES = (
    ("forgotten", "forget_articles"),
    ("closed", "close_versions"),
    ("rewritten", "rewrite_versions"),
    ("versions", "insert_versions"),
    ("keys", "insert_keys"),
    ("results", "insert_quality_results"),
    ("queue", "insert_relate_queue"),
    ("kept_out", "keep_out"),
)


class Store:
    """The warehouse, open for writing, and its landing folder."""

    def __init__(self, writer: Writer, landing_folder: Path):
        self.writer = writer
        self.landing_folder = landing_folder
        self._last_received: datetime | None = None

    # Runs ------------------------------------------------------------------------------------------------------------

    def begin_run(self, rules_version: str, code_version: str, flow_run_id: str | None = None) -> RunInfo:
        """Open the books of a run."""
        run = RunInfo(uuid.uuid4().hex, datetime.now(UTC), rules_version, code_version)
        with self.writer.transaction() as connection:
            connection.execute(
                query("insert_run"),
                {
                    "run_id": run.run_id,
                    "flow_run_id": flow_run_id,
                    "started_at": run.started_at,
                    "rules_version": rules_version,
                    "code_version": code_version,
                },
            )
        return run

    def close_crashed_runs(self) -> list[str]:
        """Mark the runs that a process left open when it died; the answer is the Prefect flow runs they were."""
        found = self.writer.connection.execute(query("find_open_runs")).fetchall()
        with self.writer.transaction() as connection:
            connection.execute(query("mark_crashed_runs"))
        return [flow_run_id for (flow_run_id,) in found]

    def tell_new_alarms(self, tell: Callable[[Alarm], None], seen: Iterable[Alarm], heard: bool) -> None:
        """Call `tell` with what is wrong with outlets now, and with `seen`, where nobody was told of it yet."""
        tell_new_alarms(self.writer, datetime.now(UTC), tell, seen, heard)

    def tell_of_run(self, run: RunInfo) -> dict[str, list[dict[str, Any]]]:
        """What came of a run: `outlets`, with the documents of each by outcome, and `samples` of what it loaded."""
        told = {}
        for name in ("outlets", "samples"):
            found = self.writer.connection.execute(query(f"run_{name}"), {"run_id": run.run_id})
            columns = [column[0] for column in found.description or []]
            told[name] = [dict(zip(columns, row, strict=True)) for row in found.fetchall()]
        return told

    def finish_run(self, run: RunInfo, inputs: int, status: str = "completed") -> dict[str, int]:
        """Close the books: `status` is `completed` or `failed`; the answer is the number of inputs by outcome.

        `inputs` is what the reader counted.  A run said to be completed whose receipts do not sum to it is written
        down as failed and raises RunFailed.
        """
        counted = dict(self.writer.connection.execute(query("count_outcomes"), [run.run_id]).fetchall())
        counts = {outcome: counted.get(outcome, 0) for outcome in OUTCOMES}
        balances = sum(counts.values()) == inputs
        finished_at = datetime.now(UTC)
        seconds = (finished_at - run.started_at).total_seconds()
        with self.writer.transaction() as connection:
            connection.execute(
                query("finish_run"),
                {
                    "run_id": run.run_id,
                    "finished_at": finished_at,
                    "status": status if balances else "failed",
                    "inputs": inputs,
                    "articles_per_second": inputs / seconds if seconds else None,
                    **counts,
                },
            )
        if status == "completed" and not balances:
            raise RunFailed(
                f"run {run.run_id} does not balance: {inputs} documents were read, but "
                f"{sum(counts.values())} have an outcome; the raw copy is in {self.landing_folder}, run it again"
            )
        return counts

    def history(self, sources: Iterable[str | None]) -> dict[str | None, SourceHistory]:
        """What these outlets have been like so far."""
        return source_history(self.writer.connection, sources)

    # Raw documents ---------------------------------------------------------------------------------------------------

    def land(self, documents: Sequence[Document], visits: Sequence[VisitNote] = ()) -> Pack:
        """Keep raw documents, at least one, in the landing folder; received now, or when they first came.

        `visits`: the requests by which they and others came; written down with the name of the pack, so that neither
        is lost without the other (`left_behind`).

        Never earlier than what was received before, whatever the clock says: packs are dealt with again in this order.
        """
        last = self._last_received
        if last is None:
            found = self.writer.connection.execute(query("latest_receipt")).fetchone()
            last = found[0] if found and found[0] else datetime.min.replace(tzinfo=UTC)
        now = max(datetime.now(UTC), last + timedelta(microseconds=1))
        # Written down before it is there: the load of the batch strikes it out.
        name = landing.name_pack(documents)
        with self.writer.transaction() as connection:
            connection.execute(query("insert_landed_pack"), [name])
            write_visits(connection, visits, {document.origin: name for document in documents})
        pack = landing.write_pack(self.landing_folder, documents, now)
        self._last_received = max(last, pack.received_at)
        return pack

    def note_visits(self, visits: Sequence[VisitNote]) -> None:
        """Write down requests that brought nothing to land."""
        with self.writer.transaction() as connection:
            write_visits(connection, visits, {})

    @property
    def collected(self) -> Collected:
        """What is known of collecting."""
        return Collected(self.writer)

    def left_behind(self) -> Iterator[tuple[Pack, list[Document]]]:
        """The packs that a run which died had landed and not loaded, in the order in which they were received.

        Raises WarehouseError for a pack that cannot be read.
        """
        connection = self.writer.connection
        names = {name for (name,) in connection.execute(query("find_landed_packs")).fetchall()}
        for name in names:
            if not (self.landing_folder / name).exists():  # it died before the pack was in its place
                connection.execute(query("forget_visits"), [name])
                connection.execute(query("delete_landed_pack"), [name])
        for pack in landing.list_packs(self.landing_folder, names):
            if documents := self._not_loaded(pack):
                yield pack, documents
            else:
                connection.execute(query("delete_landed_pack"), [pack.name])

    def not_loaded(self) -> Iterator[tuple[Pack, list[Document]]]:
        """The packs of the landing folder with documents that are not in this warehouse, as `left_behind` does."""
        loaded = {name for (name,) in self.writer.connection.execute(query("find_packs")).fetchall()}
        names = {path.name for path in self.landing_folder.glob("*.parquet")} - loaded
        for pack in landing.list_packs(self.landing_folder, names):
            if documents := self._not_loaded(pack):
                yield pack, documents

    def _not_loaded(self, pack: Pack) -> list[Document]:
        """All documents of a pack, unless every one of them is in the warehouse."""
        pairs = landing.read_pairs(self.landing_folder, pack)
        known = len(self.settled(pairs)) == len(pairs)
        return [] if known else landing.read_documents(self.landing_folder, pack)

    def settled(self, pairs: Sequence[Pair]) -> dict[Pair, Settled]:
        """What became of those documents that were ever dealt with."""
        rows = self._ask("find_documents", pairs_table(pairs))
        return {pairs[row]: Settled(article_id, rules, Pack(*pack)) for row, article_id, rules, *pack in rows}

    # Documents dealt with again ---------------------------------------------------------------------------------------

    def choose(self, selection: Selection) -> list[tuple[str, int, int]]:
        """Lay out the documents that are to be dealt with again, for `take_chosen`.

        The answer is how many and how many bytes there are in each pack, in the order in which packs were received.
        """
        connection = self.writer.connection
        connection.execute(query("choose_documents"), {**asdict(selection), "names": list(selection.names)})
        return connection.execute(query("count_chosen_packs")).fetchall()

    def take_chosen(self, packs: Sequence[str]) -> dict[Pair, Pack]:
        """The chosen documents of these packs that were not taken yet."""
        return _by_pair(self._ask("take_chosen", values_table("pack", packs)))

    def take_if_chosen(self, pairs: Sequence[Pair]) -> set[Pair]:
        """Of these documents those that are chosen and were not taken yet."""
        return {pairs[row] for (row,) in self._ask("unchoose", pairs_table(pairs))}

    def documents_of(self, article_ids: Iterable[str]) -> list[Pair]:
        """The documents that belong to these articles."""
        return self._ask("find_documents_of", values_table("article_id", list(article_ids)))  # type: ignore[return-value]

    def group(self, pairs: Sequence[Pair]) -> dict[Pair, Settled]:
        """These documents, those of the same articles and from the same origins, those of their articles, and so on.

        What an article is depends on no document outside of its group, but where words or keys are found to be shared.
        """
        known: dict[Pair, Settled] = {}
        asked = pairs
        while asked:
            rows = self._ask("find_neighbours", pairs_table(asked))
            found = {
                (document_id, origin): Settled(article_id, rules, Pack(*pack))
                for document_id, origin, article_id, rules, *pack in rows
            }
            asked = list(found.keys() - known.keys() - set(asked))
            known |= found
        return known

    def read(self, packs: Mapping[Pair, Pack]) -> list[Document]:
        """These documents, in the order in which they were received."""
        wanted: dict[Pack, set[Pair]] = {}
        for pair, pack in packs.items():
            wanted.setdefault(pack, set()).add(pair)
        return [
            document
            for pack in sorted(wanted, key=lambda pack: (pack.received_at, pack.name))
            for document in landing.read_documents(self.landing_folder, pack, wanted[pack])
        ]

    # What the loader must know ---------------------------------------------------------------------------------------

    def keys(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Of these (kind, key) the known ones, and the articles known by them."""
        asked = list(keys)
        return {asked[row]: article_id for row, article_id in self._ask("find_keys", keys_table(asked))}

    def tombstones(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[tuple[str, str | None]]]:
        """Of these (kind, key) those of articles that were taken down, with the (article_id, source) of these."""
        asked = list(keys)
        found: dict[tuple[str, str], list[tuple[str, str | None]]] = {}
        for row, article_id, source in self._ask("find_tombstones", keys_table(asked)):
            found.setdefault(asked[row], []).append((article_id, source))
        return found

    def by_words(self, body_hashes: Iterable[str]) -> dict[str, list[tuple[str, str | None]]]:
        """The (article_id, source) of every version with these words, by body_hash; sorted."""
        found: dict[str, list[tuple[str, str | None]]] = {}
        for body_hash, article_id, source in self._ask("find_words", values_table("body_hash", list(body_hashes))):
            found.setdefault(body_hash, []).append((article_id, source))
        return found

    def taken(self, article_ids: Iterable[str]) -> frozenset[str]:
        """Of these ids those that an article has."""
        asked = values_table("article_id", list(article_ids))
        return frozenset(article_id for (article_id,) in self._ask("find_taken_ids", asked))

    def current(self, article_ids: Iterable[str], with_body: Iterable[str] = ()) -> dict[str, Version]:
        """The current versions of these articles, bodies only of those in `with_body`.

        Captions, removed pieces and most other fields are left out: nothing is decided by them.
        """
        rows = dict(self._ask("find_current_rows", values_table("article_id", list(article_ids))))
        wanted = set(with_body)
        found = [
            *self._fetch("body", [row for article_id, row in rows.items() if article_id in wanted]),
            *self._fetch("''", [row for article_id, row in rows.items() if article_id not in wanted]),
        ]
        return {version.article_id: version for version in found}

    def versions(self, article_ids: Iterable[str]) -> dict[tuple[str, int], Version]:
        """All versions of these articles by id and number, with the fields that `current` gives, without bodies."""
        rows = self._ask("find_version_rows", values_table("article_id", list(article_ids)))
        return {(v.article_id, v.version): v for v in self._fetch("''", [row for (row,) in rows])}

    def _fetch(self, body: str, rows: Sequence[int]) -> list[Version]:
        if not rows:
            return []
        sql = query("fetch_versions").format(body=body, rows=at_places(rows))
        return [_version(row) for row in self.writer.connection.execute(sql).fetchall()]

    # Writing ---------------------------------------------------------------------------------------------------------

    def load(self, changes: Changes, run: RunInfo) -> None:
        """Write everything a batch came to in one transaction: all of it is there afterwards, or nothing."""
        tables = change_tables(changes, run)
        with self.writer.transaction() as connection, self._registered(tables):
            for name, statement in _WRITES:
                if name in tables:
                    connection.execute(query(statement))
            if "incoming_documents" in tables:
                if tables["retried"].num_rows:
                    connection.execute(query("update_retried_documents"))
                connection.execute(query("insert_documents"))
            for name in ("incoming_quarantine", "incoming_receipts"):
                if name in tables:
                    connection.execute(query(name.replace("incoming", "insert")))
            if changes.kept_out and changes.forgotten:  # an article that stood in the tables until now
                tombstones.must_finish(self.writer)
        if changes.kept_out:
            tombstones.take_out_of_packs(self.writer, self.landing_folder)

    def bury(self, forgetting: Forgetting) -> None:
        """Take articles down for good: their rows go, and from now on they are kept out.

        Killed from here on, it is done by whoever opens the store next.
        """
        tombstones.write_forgetting(self.landing_folder, forgetting)
        tombstones.bury(self.writer, self.landing_folder)

    def finish_burying(self) -> None:
        """Their words go from packs, snapshots, the files of the warehouse, and what was made from it."""
        tombstones.finish(self.writer, self.landing_folder)

    def give_back(self) -> None:
        """Give back memory that only speed asks for, before work that needs some of its own."""
        import pyarrow as pa

        pa.default_memory_pool().release_unused()
        settle_down(self.writer)

    def publish(self) -> bool:
        """Let readers see everything; False when they already do."""
        return publish(self.writer)

    def publish_if_due(self) -> bool:
        """`publish`, when the last time is long enough ago."""
        return publish_if_due(self.writer)

    def _ask(self, name: str, asked: "pa.Table") -> list[tuple[Any, ...]]:
        if not asked.num_rows:
            return []
        with self._registered({"asked": asked}):
            return self.writer.connection.execute(query(name)).fetchall()

    @contextmanager
    def _registered(self, tables: "dict[str, pa.Table]") -> Iterator[None]:
        """Arrow tables, to be used by their names in queries."""
        for name, rows in tables.items():
            self.writer.connection.register(name, rows)
        try:
            yield
        finally:
            for name in tables:
                self.writer.connection.unregister(name)


@contextmanager
def open_store(settings: Settings) -> Iterator[Store]:
    """The warehouse of `settings`, open for writing; see `warehouse.connection.open_writer` for what is raised."""
    import pyarrow as pa

    # Its own pool keeps 20 MB that nothing uses, which the system's gives to others.
    pa.set_memory_pool(pa.system_memory_pool())
    with open_writer(settings.warehouse, settings.wait_seconds) as writer:
        landing.clean_up(settings.landing)
        tombstones.settle(writer, settings.landing)
        yield Store(writer, settings.landing)


def _by_pair(rows: Iterable[Sequence[Any]]) -> dict[Pair, Pack]:
    return {(document_id, origin): Pack(name, received_at) for document_id, origin, name, received_at in rows}


def _version(row: Sequence[Any]) -> Version:
    """A row of fetch_current."""
    document_id, origin, title, standfirst, authors, published_at, source, url, body, *rest = row
    article_id, number, body_hash, first_seen_at, valid_from, change = rest
    article = Article(
        document_id=document_id, origin=origin, title=title, standfirst=standfirst, authors=tuple(authors),
        published_at=published_at, source=source, url=url, body=body,
    )  # fmt: skip
    return Version(article, article_id, number, body_hash, first_seen_at, valid_from, change=tuple(change))
