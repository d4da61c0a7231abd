"""Rows of the warehouse into Parquet files, as they come.

DuckDB's own COPY needs more memory than readers are given (`MEMORY_LIMIT`) for 80,000 articles of 5 KB, and in groups
small enough takes four times as long as reading its rows as they come and writing them here.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from typing import BinaryIO

    import pyarrow as pa
    import pyarrow.parquet as pq
    from duckdb import DuckDBPyConnection
    from pyarrow import RecordBatch, RecordBatchReader

#: A row group, before compression.
_ROW_GROUP_BYTES = 32 << 20
#: Of partitions: so much is held until it is written, in row groups, to so many files at a time.
_HELD_BYTES = 128 << 20
_OPEN_FILES = 200
_Key = tuple[str | None, str | None]
#: A file system takes names of 255 bytes.
_LONGEST_NAME = 200
#: The fewest rows DuckDB hands over at a time.
_ROWS = 2048


def reader(connection: "DuckDBPyConnection") -> "RecordBatchReader":
    """The rows of what was executed last."""
    return connection.to_arrow_reader(_ROWS)


def write_rows(readers: "Iterable[RecordBatchReader]", target: Path, metadata: dict[str, str] | None = None) -> int:
    """One file of all rows, at least one reader's, seen to the disk; the answer is their number."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    count = 0
    with target.open("wb") as file:
        writer = None
        for rows in readers:
            schema = rows.schema.with_metadata(metadata) if metadata else rows.schema
            writer = writer or pq.ParquetWriter(file, schema, compression="zstd")
            for batches in _row_groups(rows):
                group = pa.Table.from_batches(batches)
                writer.write_table(group, row_group_size=group.num_rows)
                count += group.num_rows
        if writer:
            writer.close()
        file.flush()
        os.fsync(file.fileno())
    return count


def write_partitions(rows: "RecordBatchReader", folder: Path, metadata: dict[str, str]) -> int:
    """Files `folder`/month=.../source=.../part-N.parquet of rows that stand behind a month and a source, in any order.

    As Hive names them: values as in a URL, `__HIVE_DEFAULT_PARTITION__` for null.  The answer is the number of rows.
    (DuckDB's own sort of 300,000 articles wants more memory than readers are given.)
    """
    import pyarrow as pa

    schema = pa.schema(list(rows.schema)[2:], metadata)
    held: dict[_Key, list[RecordBatch]] = {}
    sizes: dict[_Key, int] = {}
    count = 0
    with ExitStack() as stack:
        files = _Files(folder, schema)
        stack.callback(files.close)
        for batch in rows:
            count += batch.num_rows
            for key, part in _parts(batch):
                held.setdefault(key, []).append(part)
                sizes[key] = sizes.get(key, 0) + part.nbytes
            if sum(sizes.values()) > _HELD_BYTES:
                for key in sorted(sizes, key=sizes.__getitem__, reverse=True):  # the largest make the best row groups
                    if sum(sizes.values()) < _HELD_BYTES // 2:
                        break
                    files.write(key, held.pop(key))
                    del sizes[key]
        for key, batches in held.items():
            files.write(key, batches)
    return count


class _Files:
    """The files of partitions, as many open as a process may have; one that is closed and goes on has another file."""

    def __init__(self, folder: Path, schema: "pa.Schema"):
        self.folder = folder
        self.schema = schema
        self._open: dict[_Key, tuple[pq.ParquetWriter, BinaryIO]] = {}
        self._numbers: dict[_Key, int] = {}

    def write(self, key: "_Key", batches: "list[RecordBatch]") -> None:
        """One row group."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        opened = self._open.pop(key, None)
        if opened is None:
            if len(self._open) >= _OPEN_FILES:
                self._close(next(iter(self._open)))  # the one that was written to longest ago
            names = (f"{name}={_hive(value)}" for name, value in zip(("month", "source"), key, strict=True))
            target = self.folder.joinpath(*names)
            target.mkdir(parents=True, exist_ok=True)
            self._numbers[key] = number = self._numbers.get(key, 0) + 1
            file = (target / f"part-{number}.parquet").open("wb")
            opened = (pq.ParquetWriter(file, self.schema, compression="zstd"), file)
        self._open[key] = opened
        group = pa.Table.from_batches([batch.cast(self.schema) for batch in batches])
        opened[0].write_table(group, row_group_size=group.num_rows)

    def close(self) -> None:
        """See all of them to the disk."""
        while self._open:
            self._close(next(iter(self._open)))

    def _close(self, key: "_Key") -> None:
        writer, file = self._open.pop(key)
        with file:
            writer.close()
            file.flush()
            os.fsync(file.fileno())


def _parts(batch: "RecordBatch") -> "Iterator[tuple[_Key, RecordBatch]]":
    """The rows of each month and source."""
    places: dict[_Key, list[int]] = {}
    for place, key in enumerate(zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True)):
        places.setdefault(key, []).append(place)
    narrow = batch.drop_columns(batch.schema.names[:2])
    for key, rows in places.items():
        yield key, narrow.take(rows)


def _hive(value: str | None) -> str:
    if value is None:
        return "__HIVE_DEFAULT_PARTITION__"
    name = quote(value, safe=" ")
    if len(name) > _LONGEST_NAME:  # the column in the file has all of it
        begin = name[:_LONGEST_NAME]
        name = f"{begin.rpartition('%')[0] or begin}-{sha256(value.encode()).hexdigest()[:8]}"
    return name


def _row_groups(batches: "RecordBatchReader") -> "Iterator[list[RecordBatch]]":
    held: list[RecordBatch] = []
    size = 0
    for batch in batches:
        held.append(batch)
        size += batch.nbytes
        if size >= _ROW_GROUP_BYTES:
            yield held
            held, size = [], 0
    if held:
        yield held
