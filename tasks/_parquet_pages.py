"""How large the pages of a Parquet column are, before one is read: a page comes into memory whole, whatever is in it.

pyarrow does not tell; the sizes stand at the head of each page, in Thrift's compact protocol
(https://github.com/apache/parquet-format: PageHeader has the unpacked and the packed size as its second and third
field).
"""

from typing import Any, BinaryIO

_HEADER_BYTES = 1 << 16
_STRUCT, _LIST, _SET, _BINARY, _DOUBLE, _BYTE = 12, 9, 10, 8, 7, 3
_DEEPEST = 16


def largest_page(file: BinaryIO, chunk: Any) -> int:
    """Bytes of the largest unpacked page of a column chunk (`ColumnChunkMetaData`); `ValueError` for a broken one."""
    start = chunk.data_page_offset
    if chunk.dictionary_page_offset:  # None or 0: there is none
        start = min(start, chunk.dictionary_page_offset)
    end = start + chunk.total_compressed_size
    largest = 0
    while start < end:
        file.seek(start)
        unpacked, packed, header = _sizes(file.read(_HEADER_BYTES))
        largest = max(largest, unpacked)
        start += header + packed
    return largest


def _sizes(head: bytes) -> tuple[int, int, int]:
    """Unpacked bytes, packed bytes, and bytes of the header itself."""
    sizes: dict[int, int] = {}
    at = number = 0
    try:
        while head[at]:
            number, kind, at = _field(head, at, number)
            if number in (2, 3):
                value, at = _varint(head, at)
                sizes[number] = (value >> 1) ^ -(value & 1)
            else:
                at = _skip(head, at, kind)
        unpacked, packed = sizes[2], sizes[3]
    except (IndexError, KeyError) as error:
        raise ValueError("the header of a page is broken") from error
    if unpacked < 0 or packed < 0:
        raise ValueError("the header of a page is broken")
    return unpacked, packed, at + 1


def _field(head: bytes, at: int, number: int) -> tuple[int, int, int]:
    step, kind = head[at] >> 4, head[at] & 15
    if step:
        return number + step, kind, at + 1
    value, at = _varint(head, at + 1)
    return (value >> 1) ^ -(value & 1), kind, at


def _varint(head: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while shift < 70:
        value |= (head[at] & 127) << shift
        at += 1
        if head[at - 1] < 128:
            return value, at
        shift += 7
    raise ValueError("the header of a page is broken")


def _skip(head: bytes, at: int, kind: int, depth: int = 0) -> int:
    """The position behind a value."""
    if depth > _DEEPEST:
        raise ValueError("the header of a page is broken")
    if kind in (1, 2):
        return at  # true and false are kinds of their own
    if kind in (_BYTE, _DOUBLE):
        return at + (1 if kind == _BYTE else 8)
    if kind == _BINARY:
        size, at = _varint(head, at)
        return at + size
    if kind == _STRUCT:
        number = 0
        while head[at]:
            number, inner, at = _field(head, at, number)
            at = _skip(head, at, inner, depth + 1)
        return at + 1
    if kind in (_LIST, _SET):
        size, inner, at = head[at] >> 4, head[at] & 15, at + 1
        if size == 15:
            size, at = _varint(head, at)
        for _ in range(min(size, len(head))):
            at = at + 1 if inner in (1, 2) else _skip(head, at, inner, depth + 1)
        return at
    return _varint(head, at)[1]
