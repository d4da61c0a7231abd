"""tasks/read.py: every input becomes Documents, told by content, in bounded memory; nothing raises, nothing is lost."""

import codecs
import gzip
import hashlib
import json
import os
import random
import tempfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.errors import UsageError
from schemas.settings import Settings
from tasks._dumps import GIVEN_FIELDS
from tasks._sniff import COPY_FIELDS
from tasks.read import check_inputs, read_input
from tests.reading import PAGE, SETTINGS, SMALL, read, read_bytes, read_stdin, reasons
from tests.test_archives import RECORDS


def zstd(content: bytes) -> bytes:
    return pa.compress(content, codec="zstd", asbytes=True)


# What a file is

TEXT_COPY = [
    b"Just words.",
    b"A text with one <b>stray</b> tag, and one <p> that it mentions.",
    b"<p> is how a paragraph begins in HTML, wrote the teacher; <div> is another tag.",
    b"He wrote <html> on the board, then </html>, and went home. " * 20,
    (b"The word stands here again. " * 100 + b"<p>an example</p> ") * 5,
    b"[Music] The band played. {Applause}",
    b"{not json at all\nsecond line",
    b"WARC is a format; PAR1 another; %PDF too",
    b"BZh is how it begins, ORC is no animal",
    "Ünïcode".encode("utf-16"),
    "Caf\xe9 closes".encode("latin-1"),
]
HTML_COPY = [
    PAGE,
    b"\n\n  <!-- saved from a site -->\n<html lang=en>\n<body>x",
    b"\xef\xbb\xbf<HTML><BODY>x</BODY></HTML>",
    b"<?xml version='1.0' encoding='utf-8'?>\n<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN' 'x'><html>",
    b"<p>One.</p><p>Two.</p>",
    b"<div class=story><h1>Weir bursts</h1><p>It burst.</div>",
    b"Weir bursts<br>It burst at noon.<br/>No one was hurt.<br>",
    PAGE.decode().encode("utf-16"),
    b"HTTP junk\n<html>\n<head><title>x</title></head>",
]


@pytest.mark.parametrize("content", TEXT_COPY)
@pytest.mark.parametrize("name", ["a.txt", "a.html", "a", "a.jsonl", "a.gz"])
def test_text_is_text_whatever_its_name(content: bytes, name: str) -> None:
    if name == "a.jsonl" and b"{" in content:
        pytest.skip("a name may decide what the content leaves open")
    for packed in (content, gzip.compress(content)):
        [document] = read_bytes(packed, name)
        assert (document.media_type, document.content, document.refusal) == ("text/plain", content, None)
        assert document.document_id == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("content", HTML_COPY)
@pytest.mark.parametrize("name", ["a.html", "a.txt", "a.jsonl"])
def test_html_is_html_whatever_its_name(content: bytes, name: str) -> None:
    for packed in (content, gzip.compress(content), zstd(content)):
        [document] = read_bytes(packed, name)
        assert (document.media_type, document.content, document.refusal) == ("text/html", content, None)


@pytest.mark.parametrize(
    ("content", "reason", "word"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "unsupported_type", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "unsupported_type", "PNG"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "unsupported_type", "JPEG"),
        (b"PK\3\4\x14\0\0\0\x08\0[Content_Types].xml word/document.xml", "unsupported_type", "Word"),
        (b"PK\3\4\x14\0\0\0\x08\0a.txt", "unsupported_type", "zip"),
        (b"SQLite format 3\0\x10\0", "unsupported_type", "SQLite"),
        (b"BZh91AY&SY\0\0\x01\x02\x03\x04", "unsupported_type", "bzip2"),
        (b"\x28\xb5\x2f\xfd\x04\x00", "unsupported_type", "Zstandard"),
        (b"<?xml version='1.0'?><rss version='2.0'><channel/></rss>", "unsupported_type", "XML"),
        (gzip.compress(b"twice", mtime=0), "unsupported_type", "gzip"),
        (b"\0" * 500, "unreadable", "binary"),
        (random.Random(1).randbytes(3000), "unreadable", "binary"),
    ],
)
def test_what_is_not_read_is_named(content: bytes, reason: str, word: str) -> None:
    for packed in (gzip.compress(content), *([] if content[:2] in (b"\x1f\x8b", b"\x28\xb5") else [content])):
        [document] = read_bytes(packed, "a.txt")
        assert document.refusal is not None
        assert document.refusal.reasons == (reason,)
        assert word in document.refusal.detail


def test_an_empty_file_is_a_document() -> None:
    for content in (b"", gzip.compress(b""), zstd(b"")):
        [document] = read_bytes(content)
        assert (document.content, document.media_type, document.refusal) == (b"", "text/plain", None)
        assert document.document_id == hashlib.sha256(b"").hexdigest()


# Paths


def test_a_folder_is_walked_in_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a/y.html", ".hidden", ".git/config", "c/d/e/f"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "c")
    (tmp_path / "dangling").symlink_to(tmp_path / "nothing")
    os.mkfifo(tmp_path / "pipe")
    documents = read(tmp_path)
    found = [document.origin.removeprefix(f"{tmp_path.as_posix()}/") for document in documents]
    assert found == ["a/y.html", "a/z.txt", "again/d/e/f", "b.txt", "dangling"]
    assert reasons(documents) == [None] * 4 + ["unreadable"]


def test_a_relative_folder_keeps_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    (tmp_path / "in" / "sub" / "a.txt").write_text("x")
    monkeypatch.chdir(tmp_path)
    assert [document.origin for document in read("in/")] == ["in/sub/a.txt"]


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_text("x")
    [document] = read(tmp_path)
    assert document.origin.endswith("caf\\xe9.txt")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "a.txt").chmod(0)
    [document] = read(tmp_path)
    assert reasons([document]) == ["unreadable"]


@pytest.mark.parametrize("name", ["nowhere.txt", "", "a\0b"])
def test_a_path_that_is_not_there(name: str) -> None:
    with pytest.raises(UsageError):
        check_inputs(["-", name])
    with pytest.raises(UsageError):
        read_input(name, SETTINGS)


# Sizes and broken archives


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
def test_too_large_after_unpacking_is_never_in_memory(pack: Callable[[bytes], bytes]) -> None:
    bomb = pack(b"a" * 100_000_000)
    settings = Settings(max_document_bytes=2_000_000)
    with tempfile.NamedTemporaryFile() as file:
        file.write(bomb)
        file.flush()
        tracemalloc.start()
        [document] = read(file.name, settings)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert reasons([document]) == ["too_large"]
    assert document.content == b"a" * (1 << 20)
    assert document.document_id == hashlib.sha256(b"a" * 100_000_000).hexdigest()
    assert peak < 10_000_000


def test_the_limit_itself_is_allowed() -> None:
    assert reasons(read_bytes(b"a" * 10_000, settings=SMALL)) == [None]
    assert reasons(read_bytes(b"a" * 10_001, settings=SMALL)) == ["too_large"]


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
def test_a_bomb_of_rows_is_left(pack: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks._streams.BOMB_BYTES", 1 << 20)
    row = b'{"id": "a", "text": "It burst."}\n'
    documents = read_bytes(pack(row + b"\n" * (1 << 24) + row), "a.jsonl")
    assert [d.refusal and d.refusal.reasons for d in documents] == [None, ("too_large",)]


def test_zstd_frame_after_frame_and_what_is_wrong_with_one() -> None:
    copy = b"".join(b"The ferry to Skarra left at %d minutes past six.\n" % n for n in range(20_000))
    skipped = b"\x50\x2a\x4d\x18\4\0\0\0abcd"
    [document] = read_bytes(skipped + zstd(copy[:5000]) + skipped + zstd(copy[5000:]))
    assert (document.content, document.refusal) == (copy, None)
    huge_window = b"\x28\xb5\x2f\xfd\x00" + bytes([20 << 3]) + b"\x0b\x00\x00x"  # a gigabyte of it
    dictionary = b"\x5d\x2a\x4d\x18\x08\0\0\0\x37\xa4\x30\xec1234"
    for packed, word in (
        (zstd(copy)[:-7], "ends early"), (zstd(b"one") + b"rubbish", "damaged"), (huge_window, "damaged"),
        (dictionary + zstd(copy), "dictionary"),
    ):  # fmt: skip
        [document] = read_bytes(packed)
        assert document.refusal is not None and document.refusal.reasons == ("unreadable",)
        assert word in document.refusal.detail


def test_broken_gzip_gives_what_could_be_read() -> None:
    copy = b"".join(b"At %d past noon the weir burst again. " % (n * n) for n in range(400))
    packed = gzip.compress(copy)
    for broken in (
        packed[:-5],
        packed[:-20],
        packed[:-8] + b"????" + packed[-4:],
        packed[: len(packed) // 2] + b"\xff" * 8,
    ):
        [document] = read_bytes(broken)
        assert reasons([document]) == ["unreadable"]
        assert document.content[:20] == copy[:20]


def test_members_and_rubbish_behind_them() -> None:
    members = gzip.compress(b"one ") + gzip.compress(b"two") + b"\0" * 700 + gzip.compress(b" three")
    for tail in (b"", b"\0" * 100, b"rubbish"):
        [document] = read_bytes(members + tail)
        assert (document.content, document.refusal) == (b"one two three", None)


# Whatever comes

_STARTS = st.sampled_from(
    [b"", b"\x1f\x8b", b"\x1f\x8b\x08\0\0\0\0\0\0\x03", b"PAR1", b"WARC/1.0\r\n", RECORDS[0], b"%PDF-", b"<html>",
     b'{"text":', b"[{", b"\xff\xfe", b"\xef\xbb\xbf", b"PK\3\4", b"\x28\xb5\x2f\xfd", gzip.compress(RECORDS[0]), zstd(RECORDS[0]), gzip.compress(b"x")]
)  # fmt: skip


@given(
    _STARTS, st.binary(max_size=300), _STARTS, st.sampled_from([bytes, gzip.compress, zstd]),
    st.sampled_from(["a", "a.jsonl", "a.json", "a.gz"]),
)  # fmt: skip
def test_any_file_gives_documents(
    start: bytes, middle: bytes, end: bytes, pack: Callable[[bytes], bytes], name: str
) -> None:
    content = start + middle + end
    documents = read_bytes(pack(content), name, SMALL)
    assert documents
    for document in documents:
        assert len(document.document_id) == 64
        assert document.origin.encode()
        if not document.refusal:
            assert document.media_type in ("text/plain", "text/html")
            assert document.document_id == hashlib.sha256(document.content).hexdigest()


_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "$date", "given"]), inner),
    max_leaves=5,
)
_ROW = st.dictionaries(st.sampled_from([*COPY_FIELDS, *GIVEN_FIELDS, "other"]), _VALUES)
_LINE = (
    _ROW.map(lambda row: json.dumps(row).encode())
    | _VALUES.map(lambda value: json.dumps(value).encode())
    | st.binary(max_size=60).map(lambda line: line.replace(b"\n", b""))
    | st.sampled_from([b"", b"  ", b"\t", b'{"text": "\xff"}', b"{}", b'{"text": "\\ud800"}', b"[" * 5000])
)


@given(st.lists(_LINE, max_size=8), st.sampled_from([b"\n", b"\r\n"]))
@example([b'{"published_at": 1e308, "id": -1e308, "title": 1e999}'], b"\n")
@example([codecs.BOM_UTF8, b"{}"], b"\n")
def test_one_document_for_each_line_that_is_not_blank(lines: list[bytes], end: bytes) -> None:
    expected = sum(bool(line.removeprefix(codecs.BOM_UTF8).strip()) for line in lines)
    for content in (end.join(lines), gzip.compress(end.join(lines)), zstd(end.join(lines))):
        if content[:2] == b"\x1f\x8b" and lines and lines[0][:2] == b"\x1f\x8b":
            continue
        documents = read_stdin(content)
        if expected:
            assert len(documents) == expected
        else:
            assert reasons(documents) == ["empty"]
    content = b'{"text": "first"}' + end + end.join(lines)
    assert len(read_bytes(content, "d.jsonl")) == expected + 1
