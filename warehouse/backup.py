"""A backup of the warehouse and its raw packs, which is a data folder itself; and how much disk it all will take."""

import os
import shutil
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from schemas.errors import UsageError, WarehouseError
from warehouse import landing
from warehouse._reasons import reason
from warehouse._sql import query
from warehouse.connection import open_reader
from warehouse.publish import copy_file, sync_folder
from warehouse.tombstones import read_forgetting

_UNFINISHED = ".unfinished"
#: The published copy, the writer's file, and a copy while it is published.
_WAREHOUSE_FILES = 3
_DAY = 86400.0
#: A warehouse of a few articles has as much: DuckDB keeps blocks of 256 KiB for each table.
_FEW_ARTICLES_BYTES = 5 << 20


def backup(warehouse: Path, landing_folder: Path, folder: Path) -> dict[str, Any]:
    """Bring the backup in `folder` up to date; also during a load, and killed at any time it is run again.

    Raw packs are copied once.  One that is not in the landing folder any more stays in the backup: the disk may have
    failed.  But articles that were taken down are taken out of the backup too, pack by pack.  The answer: `folder`,
    `packs` and `bytes` copied, `kept`: packs that only the backup has, `forgotten`: files of articles taken out now.
    """
    if not warehouse.exists():
        raise UsageError(f"no warehouse at {warehouse}: name another with --warehouse")
    if folder.resolve() in (warehouse.parent.resolve(), landing_folder.resolve()):
        raise UsageError(f"{folder} is what is to be backed up: name another folder, best on another disk")
    target = folder / "landing"
    try:
        target.mkdir(parents=True, exist_ok=True)
        for left in target.rglob(f".*{_UNFINISHED}"):
            left.unlink()
        size = _copy(warehouse, folder / warehouse.name)  # first: the packs then hold all that is in it
        packs = sorted(p for p in landing_folder.glob("*.parquet") if not (target / p.name).exists())
        size += sum(_copy(pack, target / pack.name) for pack in packs)
        for snapshot in (*landing_folder.glob("memory/*.npz"), *landing_folder.glob("words/*.npz")):
            size += _copy_changed(snapshot, target / snapshot.relative_to(landing_folder))
        forgotten = _forget(landing_folder, target)
    except OSError as error:
        raise WarehouseError(f"cannot back up to {folder}: {reason(error)}") from error
    return {
        "folder": str(folder),
        "packs": len(packs),
        "bytes": size,
        "kept": sum(not (landing_folder / pack.name).exists() for pack in target.glob("*.parquet")),
        "forgotten": forgotten,
    }


def forecast(warehouse: Path, landing_folder: Path, days: int, now: datetime) -> dict[str, Any]:
    """How much disk raw packs and warehouse take, and will when as much comes in as in the last `days`.

    The answer: `rows` for `landing` and `warehouse` (its three files) with `bytes`, `bytes_per_day`, `in_30_days` and
    `in_365_days`; `documents_per_day`; `free_bytes` of the disk, and `full_in_days`: None when nothing comes in.
    """
    with closing(open_reader(warehouse)) as connection:
        rows = connection.execute(query("received_packs")).fetchall()
    if not rows:
        raise UsageError(f"nothing has come into {warehouse} yet: a forecast goes by what came in")
    since = now - timedelta(days=days)
    first = min(received_at for _, received_at, _ in rows)
    span = max(1.0, (now - max(since, first)).total_seconds() / _DAY)
    sizes = {path.name: path.stat().st_size for path in landing_folder.glob("*.parquet")}
    recent = [(name, documents) for name, received_at, documents in rows if received_at >= since]
    documents = sum(count for *_, count in rows)
    per_day = sum(count for _, count in recent) / span
    packs_per_day = sum(sizes.get(name, 0) for name, _ in recent) / span
    size = warehouse.stat().st_size
    growing = max(0, size - _FEW_ARTICLES_BYTES) * _WAREHOUSE_FILES
    told = [
        _row("landing", sum(sizes.values()), packs_per_day),
        _row("warehouse", size * _WAREHOUSE_FILES, growing / documents * per_day),
    ]
    growth, free = sum(row["bytes_per_day"] for row in told), shutil.disk_usage(warehouse.parent).free
    return {
        "rows": told,
        "documents_per_day": round(per_day, 1),
        "days": round(span, 1),
        "free_bytes": free,
        "full_in_days": round(free / growth) if growth else None,
    }


def _row(what: str, size: int, per_day: float) -> dict[str, Any]:
    return {
        "what": what,
        "bytes": size,
        "bytes_per_day": round(per_day),
        "in_30_days": round(size + 30 * per_day),
        "in_365_days": round(size + 365 * per_day),
    }


def _forget(landing_folder: Path, target: Path) -> int:
    """Take out of the packs of the backup what was taken down since the last one; the file that says so comes last."""
    here = sorted((landing_folder / "forgotten").glob("*.json"))
    new = [path for path in here if not (target / "forgotten" / path.name).exists()]
    for path in new:
        documents = read_forgetting(path).documents
        for pack in target.glob("*.parquet"):
            landing.take_out(target, pack.name, documents)
        for snapshot in (target / "memory").glob("*.npz"):
            if not (landing_folder / "memory" / snapshot.name).exists():
                snapshot.unlink()
        _copy(path, target / "forgotten" / path.name)
    return len(new)


def _copy_changed(path: Path, target: Path) -> int:
    """A snapshot: the newest is written anew when an article is taken down."""
    return 0 if target.exists() and target.read_bytes() == path.read_bytes() else _copy(path, target)


def _copy(path: Path, target: Path) -> int:
    """Copy a file, see it to the disk, and rename it into place; the answer is its size."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}{_UNFINISHED}")
    source = os.open(path, os.O_RDONLY)
    try:
        copy_file(source, unfinished)
        size = os.fstat(source).st_size
    finally:
        os.close(source)
    unfinished.replace(target)
    sync_folder(target.parent)
    return size
