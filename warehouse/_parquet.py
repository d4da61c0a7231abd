"""Rows of the warehouse into Parquet files, as they come.

DuckDB's own COPY needs more memory than readers are given (`MEMORY_LIMIT`) for 80,000 articles of 5 KB, and in groups
small enough takes four times as long as reading its rows as they come and writing them here.
"""

import os
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from pyarrow import RecordBatch, RecordBatchReader

#: A row group, before compression.
_ROW_GROUP_BYTES = 32 << 20
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
    """Files `folder`/month=.../source=.../part.parquet of rows that come in that order behind a month and a source.

    As Hive names them: values as in a URL, `__HIVE_DEFAULT_PARTITION__` for null.  The answer is the number of rows.
    """
    import pyarrow as pa

    schema = pa.schema(list(rows.schema)[2:], metadata)
    count = 0
    for key, parts in groupby(_parts(rows), key=lambda part: part[0]):
        target = folder / "/".join(f"{n}={_hive(v)}" for n, v in zip(("month", "source"), key, strict=True))
        target.mkdir(parents=True, exist_ok=True)
        batches = (batch.cast(schema) for _, batch in parts)
        count += write_rows([pa.RecordBatchReader.from_batches(schema, batches)], target / "part.parquet", metadata)
    return count


def _hive(value: str | None) -> str:
    if value is None:
        return "__HIVE_DEFAULT_PARTITION__"
    name = quote(value, safe=" ")
    if len(name) > _LONGEST_NAME:  # the column in the file has all of it
        begin = name[:_LONGEST_NAME]
        name = f"{begin.rpartition('%')[0] or begin}-{sha256(value.encode()).hexdigest()[:8]}"
    return name


def _parts(rows: "RecordBatchReader") -> "Iterator[tuple[tuple[str | None, str | None], RecordBatch]]":
    """Each batch, cut where the month or source changes."""
    for batch in rows:
        keys = list(zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True))
        narrow, begin = batch.drop_columns(batch.schema.names[:2]), 0
        for key, same in groupby(keys):
            length = len(list(same))
            yield key, narrow.slice(begin, length)
            begin += length


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
