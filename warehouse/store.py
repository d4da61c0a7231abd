"""What the warehouse is asked and told while documents come in: one transaction for each batch."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.article import Article
from schemas.document import Document
from schemas.errors import RunFailed
from schemas.outcome import OUTCOMES
from schemas.settings import Settings
from warehouse import landing
from warehouse._arrow import change_tables, keys_table, pairs_table, values_table
from warehouse._sql import query
from warehouse.connection import Writer, open_writer
from warehouse.publish import publish, publish_if_due
from warehouse.rows import Changes, Pack, Pair, RunInfo, Settled, Version

if TYPE_CHECKING:
    import pyarrow as pa

#: In what order a batch is written: names of `change_tables` and the query each goes through.
_WRITES = (
    ("renamed", "rename_articles"),
    ("closed", "close_versions"),
    ("rewritten", "rewrite_versions"),
    ("versions", "insert_versions"),
    ("keys", "insert_keys"),
    ("results", "insert_quality_results"),
    ("queue", "insert_relate_queue"),
)


class Store:
    """The warehouse, open for writing, and its landing folder."""

    def __init__(self, writer: Writer, landing_folder: Path):
        self.writer = writer
        self.landing_folder = landing_folder

    # Runs ------------------------------------------------------------------------------------------------------------

    def begin_run(self, rules_version: str, code_version: str, flow_run_id: str | None = None) -> RunInfo:
        """Open the books of a run; those that an earlier process left open are marked as crashed."""
        run = RunInfo(uuid.uuid4().hex, datetime.now(UTC), rules_version, code_version)
        with self.writer.transaction() as connection:
            connection.execute(query("mark_crashed_runs"))
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

    # Raw documents ---------------------------------------------------------------------------------------------------

    def land(self, documents: Sequence[Document]) -> Pack:
        """Keep raw documents, at least one, in the landing folder; received now, or when they first came."""
        return landing.write_pack(self.landing_folder, documents, datetime.now(UTC))

    def settled(self, pairs: Sequence[Pair]) -> dict[Pair, Settled]:
        """What became of those documents that were ever dealt with."""
        rows = self._ask("find_documents", pairs_table(pairs))
        return {pairs[row]: Settled(article_id, rules_version) for row, article_id, rules_version in rows}

    def seen(self, pairs: Sequence[Pair], rules_version: str) -> dict[Pair, str | None]:
        """Of these documents those that need not be dealt with again, and their articles (None: refused)."""
        known = self.settled(pairs)
        return {pair: settled.article_id for pair, settled in known.items() if settled.holds(rules_version)}

    # What the loader must know ---------------------------------------------------------------------------------------

    def keys(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Of these (kind, key) the known ones, and the articles known by them."""
        asked = list(keys)
        return {asked[row]: article_id for row, article_id in self._ask("find_keys", keys_table(asked))}

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
        found: dict[str, Version] = {}
        for body, ids in (("body", [i for i in rows if i in wanted]), ("''", [i for i in rows if i not in wanted])):
            if ids:
                sql = query("fetch_current").format(body=body, rows=", ".join(str(rows[i]) for i in ids))
                for row in self.writer.connection.execute(sql).fetchall():
                    version = _version(row)
                    found[version.article_id] = version
        return found

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

    def relate_same_text(self) -> None:
        """Link the articles whose words are the same, for the texts that changed since this was last done."""
        if self.writer.connection.execute("SELECT 1 FROM relate_queue LIMIT 1").fetchone():
            with self.writer.transaction() as connection:
                connection.execute(query("relate_same_text"))

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
    with open_writer(settings.warehouse, settings.wait_seconds) as writer:
        landing.clean_up(settings.landing)
        yield Store(writer, settings.landing)


def _version(row: Sequence[Any]) -> Version:
    """A row of fetch_current."""
    document_id, origin, title, standfirst, authors, published_at, source, url, body, *rest = row
    article_id, number, body_hash, first_seen_at, valid_from, change = rest
    article = Article(
        document_id=document_id, origin=origin, title=title, standfirst=standfirst, authors=tuple(authors),
        published_at=published_at, source=source, url=url, body=body,
    )  # fmt: skip
    return Version(article, article_id, number, body_hash, first_seen_at, valid_from, change=tuple(change))
