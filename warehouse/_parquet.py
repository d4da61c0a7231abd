"""Rows of the warehouse into Parquet files, as they come.

DuckDB's own COPY needs more memory than readers are given (`MEMORY_LIMIT`) for 80,000 articles of 5 KB, and in groups
small enough takes four times as long as reading its rows as they come and writing them here.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from pyarrow import RecordBatch, RecordBatchReader

#: A row group, before compression.
_ROW_GROUP_BYTES = 32 << 20
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
