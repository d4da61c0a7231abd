"""Whether the warehouse keeps what was promised: each promise is a query that finds what breaks it.

It reads the published copy and the landing folder, changes nothing, and may be run while a load is going on.
"""

import fcntl
import hashlib
import os
import random
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.errors import WarehouseError
from warehouse._sql import query
from warehouse.connection import open_reader
from warehouse.migrate import is_current

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

#: Rows shown of what a query finds.
SAMPLES = 5
#: Documents of a pack whose bytes are in memory at a time; the largest may have 20 MiB.
_DOCUMENTS = 16


@dataclass(frozen=True, slots=True)
class Promise:
    """What `audit_NAME.sql` finds breaks it; `says`: what holds when it finds nothing."""

    name: str
    says: str
    is_note: bool = False  # to be told, but no fault


PROMISES = (
    Promise("unbalanced_runs", "every completed run balances"),
    Promise("miscounted_runs", "every completed run has a receipt for each input, and the counts that they give"),
    Promise("receipts_without_run", "every receipt is of a run"),
    Promise("receipts_without_article", "every receipt of a loaded, updated or duplicate document names its article"),
    Promise("documents_without_receipt", "every document has a receipt"),
    Promise("documents_twice", "every document is listed once"),
    Promise("documents_without_article", "every document that belongs to an article belongs to one that exists"),
    Promise("documents_nowhere", "every document is either an article's or in quarantine, never both"),
    Promise("quarantine_without_document", "everything in quarantine is a document that was received"),
    Promise("articles_without_document", "every version of an article was made from a document of that article"),
    Promise("broken_versions", "every article has versions 1, 2, 3 ... of which the last alone is current"),
    Promise("gaps_between_versions", "a version ends when the next begins"),
    Promise("same_article_twice", "no source has two articles with the same words"),
    Promise("links_to_nowhere", "links are between two articles that exist, and same_text means the same words"),
    Promise("links_twice", "two articles have one link"),
    Promise("representatives_nowhere", "the representative of a near-duplicate is another article, and is nobody's"),
    Promise("groups_without_link", "whoever is in a group is a copy of another in it"),
    Promise("copies_not_indexed", "every article is in the index of copies once, with the words it has"),
    Promise("stories_miscounted", "every story has the articles and outlets that it counts, and every article a story"),
    Promise("stories_not_indexed", "every near-duplicate group has its place in the index of stories, and one story"),
    Promise("impossible_times", "no article is from the future"),
    Promise("dead_runs", "a run that is said to be running is running (the next run marks it as crashed)"),
    Promise("missing_packs", "every pack that documents are in is in the landing folder"),
    Promise("broken_packs", "every pack can be read"),
    Promise("documents_not_in_pack", "every document is in its pack"),
    Promise("changed_bytes", "the bytes in a pack are those that were received (a random sample of packs)"),
    Promise(
        "forgotten_still_there", "nothing is left of an article that was taken down (the next run ends what was begun)"
    ),
    Promise("not_loaded", "everything received was loaded (the next run loads what one that died left)", is_note=True),
    Promise("not_related", "relations of all articles are worked out (the next run does what is left)", is_note=True),
)


def audit(warehouse: Path, landing: Path, packs_read: int = 20) -> dict[str, Any]:
    """Hold the published warehouse and the landing folder against `PROMISES`.

    `packs_read`: of so many packs, chosen at random, all bytes are read; of the others the lists of what they hold.
    The answer: `warehouse`, `landing`, `checked` (how many rows each table has), `packs_read`, and `faults` and
    `notes`, each a list of `name`, `says`, `found` (how many) and `sample` (a few of them).  WarehouseError where it
    was last written by another version, which promised other things.
    """
    idle_at = _idle_at(warehouse)  # before the copy is opened: a run that it calls running had then begun and ended
    with closing(open_reader(warehouse)) as connection:
        if not is_current(connection):
            raise WarehouseError(
                f"{warehouse} was last written by another version of copydesk: check it after the next run"
            )
        connection.execute(query("audit_tables"))
        packs = [path for path in sorted(landing.glob("*.parquet")) if _list(connection, path)]
        chosen = random.sample(packs, min(packs_read, len(packs)))
        for path in chosen:
            _compare_bytes(connection, path)
        broken = [(promise, found) for promise in PROMISES if (found := _hold(connection, promise, idle_at))]
        counted = connection.execute(query("audit_counts")).fetchall()
    return {
        "warehouse": str(warehouse),
        "landing": str(landing),
        "checked": dict(counted),
        "packs_read": len(chosen),
        "faults": [found for promise, found in broken if not promise.is_note],
        "notes": [found for promise, found in broken if promise.is_note],
    }


def verdict(report: dict[str, Any]) -> str:
    """What `audit` found, in one sentence."""
    if not report["faults"]:
        checked = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in report["checked"].items())
        return f"all is well in {report['warehouse']} ({checked})"
    broken = "; ".join(f"not true for {fault['found']:,}: {fault['says']}" for fault in report["faults"])
    return f"{report['warehouse']} is not as it should be; {broken}"


def _hold(connection: "DuckDBPyConnection", promise: Promise, idle_at: datetime | None) -> dict[str, Any] | None:
    """What breaks a promise; None when nothing does."""
    sql = query(f"audit_{promise.name}").rstrip().rstrip(";")
    values = {"idle_at": idle_at} if "$idle_at" in sql else None
    connection.execute(sql, values)
    columns = [column[0] for column in connection.description or []]
    sample = [dict(zip(columns, row, strict=True)) for row in connection.fetchmany(SAMPLES)]
    found = len(sample)
    if found == SAMPLES:
        (found,) = connection.execute(f"SELECT count(*) FROM (\n{sql}\n)", values).fetchone() or (found,)
    return {"name": promise.name, "says": promise.says, "found": found, "sample": sample} if found else None


def _idle_at(warehouse: Path) -> datetime | None:
    """Now, when nobody holds the writer's place; None when somebody does."""
    now = datetime.now(UTC)
    with suppress(FileNotFoundError):
        lock = os.open(warehouse.with_name(warehouse.name + ".lock"), os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        finally:
            os.close(lock)
    return now


def _list(connection: "DuckDBPyConnection", path: Path) -> bool:
    """Note what a pack holds; False when that cannot be read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    fault = None
    try:
        with pq.ParquetFile(path) as file:
            pairs = file.read(["document_id", "origin"])
            if pairs.num_rows != file.metadata.num_rows:
                fault = f"{pairs.num_rows} rows instead of {file.metadata.num_rows}"
        connection.register("pairs", pairs)
        connection.execute(query("audit_insert_landed"), {"pack": path.name})
        connection.unregister("pairs")
    except (OSError, pa.ArrowException) as error:
        fault = _first_line(error)
    connection.execute(query("audit_insert_pack"), {"pack": path.name, "fault": fault})
    return fault is None


def _compare_bytes(connection: "DuckDBPyConnection", path: Path) -> None:
    """Note the documents of a pack whose bytes changed; of what was refused unread, only a part may have been kept."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    changed: list[tuple[str, str]] = []
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_DOCUMENTS, columns=["document_id", "origin", "refusal", "content"]):
                changed += [
                    (row["document_id"], row["origin"])
                    for row in batch.to_pylist()
                    if row["refusal"] is None and hashlib.sha256(row["content"]).hexdigest() != row["document_id"]
                ]
    except (OSError, pa.ArrowException) as error:
        changed.append(("", _first_line(error)))
    for document_id, origin in changed:
        values = {"pack": path.name, "document_id": document_id, "origin": origin}
        connection.execute(query("audit_insert_changed"), values)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
