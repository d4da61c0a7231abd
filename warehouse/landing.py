"""The landing folder: every raw document received, in immutable Parquet packs of many documents."""

import hashlib
import json
import logging
import os
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from schemas.document import Document, Given
from schemas.errors import WarehouseError
from schemas.outcome import Refusal
from schemas.tombstone import document_hash
from warehouse._arrow import table
from warehouse._reasons import reason
from warehouse.publish import sync_folder
from warehouse.rows import Pack, Pair

logger = logging.getLogger(__name__)

#: Level 1: news pages come out 4 times smaller, in a third of the time of level 3.
#: Dictionaries help no column but the short ones, and cost memory on the pages themselves.
_WRITING: dict[str, Any] = {
    "compression": "zstd",
    "compression_level": 1,
    "use_dictionary": ["media_type", "charset"],
    "write_statistics": ["document_id", "origin"],
}
#: One file by itself: what its path looks like must not be read as partitions.
_READING: dict[str, Any] = {"partitioning": None}
_RECEIVED = b"received_at"
_UNFINISHED = ".unfinished"


def name_pack(documents: Sequence[Document]) -> str:
    """The name of the pack that holds these documents.

    It comes from what is in the pack, so that a batch landed again after a crash is the pack that is there already.
    """
    digest = hashlib.sha256()
    for document in documents:
        told = f"{document.document_id}\n{document.origin}\n{_given(document)}\n"
        digest.update(told.encode("utf-8", "backslashreplace"))
    return f"{digest.hexdigest()[:16]}.parquet"


def write_pack(folder: Path, documents: Sequence[Document], received_at: datetime) -> Pack:
    """Keep the documents, at least one, in a pack of their own, and answer when it is on the disk.

    A pack that is there already stays, with the time of its first receipt.
    """
    path = folder / name_pack(documents)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if path.exists():
            return Pack(path.name, _received_at(path))
        rows = _documents_table(documents, received_at)
        _put_in_place(path, rows.replace_schema_metadata({_RECEIVED: received_at.astimezone(UTC).isoformat().encode()}))
    except OSError as error:
        raise WarehouseError(f"cannot keep raw documents in {folder}: {reason(error)}") from error
    return Pack(path.name, received_at)


def take_out(folder: Path, name: str, documents: Collection[str]) -> None:
    """Write a pack anew without these documents (`document_hash`), or delete it when it holds nothing else.

    The one case in which a pack changes.  It keeps its name and the time of its receipt; where it is not there, or
    holds none of them, nothing is done.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = (folder / name).resolve()  # old packs may lie elsewhere, and be linked (docs/operations.md)
    try:
        if not path.exists():
            return
        rows = pq.read_table(path, **_READING)
        pairs = zip(rows["document_id"].to_pylist(), rows["origin"].to_pylist(), strict=True)
        stays = [document_hash(*pair) not in documents for pair in pairs]
        if all(stays):
            return
        if any(stays):
            _put_in_place(path, rows.filter(pa.array(stays)))
        else:
            path.unlink()
            (folder / name).unlink(missing_ok=True)  # the link
            sync_folder(folder)
    except (OSError, pa.ArrowException) as error:
        raise WarehouseError(f"cannot take an article out of the pack {path}: {reason(error)}") from error


def _put_in_place(path: Path, rows: Any) -> None:
    """Write a pack beside its place, see it to the disk, and rename it."""
    import pyarrow.parquet as pq

    unfinished = path.with_name(f".{path.name}.{os.getpid()}{_UNFINISHED}")
    with unfinished.open("wb") as file:
        pq.write_table(rows, file, **_WRITING)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    sync_folder(path.parent)


def list_packs(folder: Path, names: Collection[str] | None = None) -> list[Pack]:
    """Every pack, or those of these names, in the order in which they were received."""
    paths = [path for path in folder.glob("*.parquet") if names is None or path.name in names]
    packs = [Pack(path.name, _received_at(path)) for path in paths]
    return sorted(packs, key=lambda pack: (pack.received_at, pack.name))


def read_pairs(folder: Path, pack: Pack) -> list[Pair]:
    """What a pack holds, in its order."""
    return [(row["document_id"], row["origin"]) for row in _rows(folder / pack.name, columns=["document_id", "origin"])]


def read_given(folder: Path, pack: Pack) -> dict[Pair, Given]:
    """What was given with each document of a pack."""
    rows = _rows(folder / pack.name, columns=["document_id", "origin", "given"])
    return {(row["document_id"], row["origin"]): Given.from_dict(json.loads(row["given"])) for row in rows}


def read_documents(
    folder: Path, pack: Pack, wanted: Collection[Pair] | None = None, media_type: str | None = None
) -> list[Document]:
    """The documents of a pack in its order, or those of them that are wanted, or of this type."""
    filters: list[tuple[str, str, Any]] | None = None
    if wanted is not None:
        filters = [("document_id", "in", {document_id for document_id, _ in wanted})]
    elif media_type is not None:
        filters = [("media_type", "==", media_type)]
    found = [_document(row) for row in _rows(folder / pack.name, filters=filters)]
    return [d for d in found if wanted is None or (d.document_id, d.origin) in wanted]


def clean_up(folder: Path) -> None:
    """Delete what a killed run left half-written; only for the process that holds the writer's place."""
    for path in folder.glob(f".*{_UNFINISHED}"):
        logger.warning("deleting %s: an earlier run was stopped while it wrote it", path)
        path.unlink(missing_ok=True)


def _documents_table(documents: Sequence[Document], received_at: datetime) -> Any:
    import pyarrow as pa

    def refusal(document: Document) -> str | None:
        told = document.refusal
        values = told and {"reasons": list(told.reasons), "stage": told.stage, "detail": told.detail}
        return json.dumps(values, ensure_ascii=False) if values else None

    rows = table(
        {
            "document_id": [d.document_id for d in documents],
            "origin": [d.origin for d in documents],
            "media_type": [d.media_type for d in documents],
            "charset": [d.charset for d in documents],
            "given": [_given(d) for d in documents],
            "refusal": [refusal(d) for d in documents],
            "size_bytes": [len(d.content) for d in documents],
            "received_at": [received_at] * len(documents),
        }
    )
    return rows.append_column("content", pa.array([d.content for d in documents], pa.large_binary()))


def _given(document: Document) -> str:
    return json.dumps(document.given.as_dict(), ensure_ascii=False)


def _received_at(path: Path) -> datetime:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_schema(path).metadata or {}
        return datetime.fromisoformat(metadata[_RECEIVED].decode())
    except (KeyError, pa.ArrowException) as error:
        raise WarehouseError(f"{path} is not a pack of raw documents: move it out of the landing folder") from error


def _rows(path: Path, **which: Any) -> list[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_table(path, **which, **_READING).to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise WarehouseError(f"cannot read the pack {path}: {str(error).splitlines()[0]}") from error


def _document(row: dict[str, Any]) -> Document:
    told = json.loads(row["refusal"]) if row["refusal"] else None
    return Document(
        document_id=row["document_id"],
        origin=row["origin"],
        content=row["content"],
        media_type=row["media_type"],
        charset=row["charset"],
        given=Given.from_dict(json.loads(row["given"])),
        refusal=Refusal(tuple(told["reasons"]), told["stage"], told["detail"]) if told else None,
        received_at=row["received_at"],
    )
