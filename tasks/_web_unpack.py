"""Compressed bodies, never unpacked further than a limit."""

import zlib

#: Codings one inside the other; no honest server sends more than one.
_MOST_CODINGS = 3
_STEP = 1 << 16


class Unpackable(ValueError):  # noqa: N818
    """A body that cannot be unpacked: `is_large` when it is more than the limit, `is_cut` when it ends early."""

    def __init__(self, words: str, is_large: bool = False, is_cut: bool = False):
        super().__init__(words)
        self.is_large = is_large
        self.is_cut = is_cut


def unpack(body: bytes, codings: str, limit: int) -> bytes:
    """A body without its Content-Encoding: at most `limit` bytes of it ever exist; `Unpackable` when that fails."""
    names = [name.strip().lower() for name in codings.split(",") if name.strip().lower() not in ("", "identity")]
    if len(names) > _MOST_CODINGS:
        raise Unpackable(f"It is packed {len(names)} times over.")
    for name in reversed(names):
        body = _unpack_one(body, name, limit)
    if len(body) > limit:
        raise _too_large(limit)
    return body


def gunzip_if_packed(body: bytes, limit: int) -> bytes:
    """A file that may be gzipped in itself (`sitemap.xml.gz`), in the same way; once."""
    return _unpack_one(body, "gzip", limit) if body[:2] == b"\x1f\x8b" else body


def _unpack_one(body: bytes, coding: str, limit: int) -> bytes:
    if not body:
        return body
    if coding in ("gzip", "x-gzip"):
        return _inflate(body, 31, limit)
    if coding == "deflate":
        try:
            return _inflate(body, 15, limit)
        except Unpackable as error:
            if error.is_large or error.is_cut:
                raise
        return _inflate(body, -15, limit)  # bare deflate, as some servers send it
    if coding == "br":
        return _unbrotli(body, limit)
    if coding == "zstd":
        return _unzstd(body, limit)
    raise Unpackable(f"It is packed in a way that is not known here ({coding[:20]!r}).")


def _inflate(body: bytes, bits: int, limit: int) -> bytes:
    out, rest = b"", body
    try:
        while rest:  # a gzip body may have several members
            member = zlib.decompressobj(wbits=bits)
            out += member.decompress(rest, limit + 1 - len(out))
            if len(out) > limit:
                raise _too_large(limit)
            if not member.eof:
                # The last bytes may still be inside: none of them counts as long as the end is missing.
                raise Unpackable("The packed body ends early.", is_cut=True)
            rest = member.unused_data if bits == 31 and member.unused_data[:2] == b"\x1f\x8b" else b""
    except zlib.error as error:
        raise Unpackable(f"The packed body is broken ({error}).") from None
    return out


def _unbrotli(body: bytes, limit: int) -> bytes:
    import brotli

    unpacker, out = brotli.Decompressor(), bytearray()
    try:
        out += unpacker.process(body, output_buffer_limit=_STEP)
        while not unpacker.is_finished():
            if len(out) > limit:
                raise _too_large(limit)
            piece = unpacker.process(b"", output_buffer_limit=_STEP)
            if not piece and not unpacker.is_finished():
                raise Unpackable("The packed body ends early.", is_cut=True)
            out += piece
    except brotli.error:
        raise Unpackable("The packed body is broken.") from None
    if len(out) > limit:
        raise _too_large(limit)
    return bytes(out)


def _unzstd(body: bytes, limit: int) -> bytes:
    import pyarrow as pa

    try:
        with pa.CompressedInputStream(pa.py_buffer(body), "zstd") as stream:
            out = stream.read(limit + 1)
    except (OSError, pa.ArrowException) as error:
        told = str(error).lower()
        if "dictionary" in told:
            raise Unpackable("It is packed with a dictionary that does not come with it.") from None
        is_cut = "truncated" in told
        raise Unpackable(f"The packed body {'ends early' if is_cut else 'is broken'}.", is_cut=is_cut) from None
    if len(out) > limit:
        raise _too_large(limit)
    return out


def _too_large(limit: int) -> Unpackable:
    return Unpackable(f"Unpacked it has more than the {limit} bytes allowed.", is_large=True)
