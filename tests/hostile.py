"""Hostile files, made up: what each is, and how it must end.

`EXPECTED` has, by file name, the outcomes that are right for it: reason codes, or `loaded`.
"""

import gzip
import io
import json
import os
import random
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

MEGABYTE = 1_000_000
LOADED = "loaded"
SQL = "Robert'); DROP TABLE articles; --"
_SUBJECTS = ("The harbour board", "A ferry crew", "The night baker", "Her neighbour", "The school", "An old signalman")
_VERBS = ("has repaired", "wants to sell", "painted", "found again", "measured", "will not give up")
_OBJECTS = ("the wooden pier", "a bell from the lighthouse", "two small boats", "the weather station", "its last tram")
_ENDS = ("after a winter of storms", "with money from the island fund", "although nobody had asked", "in three weeks")


def story(number: int, sentences: int = 24) -> str:
    """Some paragraphs of copy that no other number has."""
    chance = random.Random(number)
    lines = []
    for part in range(sentences):
        words = (chance.choice(part) for part in (_SUBJECTS, _VERBS, _OBJECTS, _ENDS))
        lines.append(f"{' '.join(words)}, said witness {number * 100 + part} on a grey morning by the water.")
    return "\n\n".join(" ".join(lines[i : i + 4]) for i in range(0, sentences, 4))


def page(number: int, head: str = "", body: str = "", before: str = "") -> bytes:
    """An article as a page, with more in its head, behind its text, or before it."""
    paragraphs = "".join(f"<p>{p}</p>\n" for p in story(number).split("\n\n"))
    return (
        f"<!doctype html><html lang=en><head><title>Pier number {number} opens again</title>{head}</head><body>{before}"
        f"<article><h1>Pier number {number} opens again</h1>{paragraphs}</article>{body}</body></html>"
    ).encode("utf-8", "surrogatepass")


def _repeated(piece: bytes, size: int, start: bytes = b"", end: bytes = b"") -> Iterator[bytes]:
    yield start
    block = piece * (MEGABYTE // len(piece) or 1)
    while size > 0:
        yield block[: max(size, len(piece)) // len(piece) * len(piece)]
        size -= len(block)
    yield end


def _gzipped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=9, mtime=0) as packed:
        for piece in pieces:
            packed.write(piece)
            if out.tell() > MEGABYTE:
                yield out.getvalue()
                out.seek(0)
                out.truncate()
    yield out.getvalue()


def _row(**fields: object) -> bytes:
    return json.dumps(fields).encode() + b"\n"


def _warc(length: int, body: bytes, kind: str = "text/html") -> bytes:
    http = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n".encode()
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://quay.example/{length}\r\n"
    head += f"Content-Type: application/http; msgtype=response\r\nContent-Length: {length or len(http) + len(body)}\r\n"
    return head.encode() + b"\r\n" + http + body + b"\r\n\r\n"


def _json_ld(value: str) -> str:
    return f'<script type="application/ld+json">{value}</script>'


def _nested(depth: int) -> str:
    return '{"@type":"NewsArticle","about":' * depth + '"x"' + "}" * depth


Case = tuple[Callable[[float], Iterator[bytes]], frozenset[str]]


def _one(content: bytes | Callable[[float], bytes]) -> Callable[[float], Iterator[bytes]]:
    return lambda scale: iter([content(scale) if callable(content) else content])


def _parquet(table: Callable[[float], object]) -> Callable[[float], Iterator[bytes]]:
    def make(scale: float) -> Iterator[bytes]:
        import pyarrow.parquet as pq

        out = io.BytesIO()
        pq.write_table(table(scale), out)
        yield out.getvalue()

    return make


def _big_value(scale: float) -> object:
    import pyarrow as pa

    return pa.table({"id": ["a"], "text": pa.array(["x" * int(1000 * MEGABYTE * scale)], pa.large_string())})


def _odd_types(_: float) -> object:
    import pyarrow as pa

    return pa.table(
        {
            "id": pa.array([[1, 2], None, []], pa.list_(pa.int64())),
            "text": pa.array([{"a": 1.5}, None, {"a": None}], pa.struct([("a", pa.float64())])),
            "title": pa.array([b"\xff\x00", None, b""], pa.binary()),
            "published_at": pa.array([2**62, -(2**62), 0], pa.timestamp("ns")),
        }
    )


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


def _lines(text: str) -> str:
    return "\n".join(text.split("\n\n"))


def _too(*reasons: str) -> frozenset[str]:
    return frozenset(reasons)


_REFUSED = _too("timeout", "too_large", "unreadable", "too_short", "boilerplate_only", "not_an_article", "empty")
_BIG_HTML = _too("too_large", "timeout")
#: By file name: the pieces of the file, given a scale (1: full size), and the outcomes that are right.
CASES: dict[str, Case] = {
    "empty.txt": (_one(b""), _too("empty")),
    "blank.html": (_one(b" \n\t" * 1000), _too("empty")),
    "one_line.txt": (lambda s: _repeated(b"word ", int(200 * MEGABYTE * s)), _REFUSED | {LOADED}),
    "one_word.txt": (lambda s: _repeated(b"w", int(19 * MEGABYTE * s)), _REFUSED),
    "one_line_19mb.txt": (lambda s: _repeated(b"word and, ", int(19 * MEGABYTE * s)), _REFUSED | {LOADED}),
    "many_lines.txt": (lambda s: _repeated(b"A line of news.\n", int(19 * MEGABYTE * s)), _REFUSED | {LOADED}),
    "signs_in_a_word.txt": (_one((story(7) + ' \\"' + '\\"' * 100_000 + "end of it.").replace("\n", " ").encode()), _too(LOADED, "not_an_article")),
    "quotes_in_a_script.html": (_one(b'<html><body><script>var a="' + b'\\"' * 100_000 + b"</script></body></html>"), _too("empty")),
    "rows_in_scripts.html": (_one(b"<html><body>" + b'<script>self.__next_f.push([1,"24:Tfffff,<p>a</p><p>b</p>\\n"])</script>' * 50_000), _too("empty", "boilerplate_only")),
    "newlines.txt": (lambda s: _repeated(b"\n", int(19 * MEGABYTE * s), end=b"end"), _REFUSED),
    "one_line.jsonl": (lambda s: _repeated(b"word ", int(500 * MEGABYTE * s), b'{"text": "', b'"}\n'),
                       _REFUSED | {LOADED}),
    "nan_row.jsonl": (lambda s: _repeated(b"word ", int(19 * MEGABYTE * s), b'{"x": NaN, "text": "', b'"}\n'), _REFUSED | {LOADED}),
    "nested_row.jsonl": (lambda s: _repeated(b"[", int(2 * MEGABYTE * s), b'{"id":"a"}\n{"x": '), _REFUSED),
    "bad_lines.jsonl": (_one(b'{"text": 1}\n' + b"[1]\nnot json\n\xff\xfe\x00\n" * 3), _REFUSED),
    "paragraphs.html": (lambda s: _repeated(b"<p>", int(50 * MEGABYTE * s)), _REFUSED),
    "paragraphs_19mb.html": (lambda s: _repeated(b"<p>", int(19 * MEGABYTE * s), b"<html><body>"), _REFUSED),
    "paragraphs_5mb.html": (lambda s: _repeated(b"<p>", int(5 * MEGABYTE * s), b"<html><body>"), _REFUSED),
    "paragraphs_text.html": (lambda s: _repeated(b"<p>The crew has painted it, she said.", int(5 * MEGABYTE * s),
                             b"<html><body>"), _REFUSED | {LOADED}),
    "breaks.html": (lambda s: _repeated(b"A line that does not end<br>", int(6 * MEGABYTE * s), b"<html><body><p>"), _REFUSED),
    "nested.html": (lambda s: _repeated(b"<div>", int(500_000 * s), b"<html><body>", b"text"), _REFUSED),
    "nested_spans.html": (lambda s: _repeated(b"<span>", int(600_000 * s), b"<html><body><p>", b"text"), _REFUSED),
    "nested_in_page.html": (lambda s: iter([page(901, before="<div>" * int(100_000 * s))]), _REFUSED | {LOADED}),
    "nested_tables.html": (lambda s: _repeated(b"<table><tr><td>", int(1_500_000 * s), b"<html><body>", b"x"), _REFUSED),
    "attributes.html": (lambda s: iter([b"<html><body><p " + b" ".join(b"a%d=1" % i for i in range(int(1_000_000 * s)))
                        + b">text</p></body></html>"]), _REFUSED),
    "attributes_in_page.html": (lambda s: iter([page(902, before="<div " + " ".join(
        f"data-{i}=x" for i in range(int(1_000_000 * s))) + ">")]), _REFUSED | {LOADED}),
    "table.html": (lambda s: iter([page(903, body="<table>" + "".join(
        f"<tr><td>{i}</td><td>boat {i}</td><td>{i * 7}</td></tr>" for i in range(int(100_000 * s))) + "</table>")]),
        _too(LOADED, "timeout")),
    "table_only.html": (lambda s: iter(["<html><body><table>{}</table></body></html>".format("".join(
        f"<tr><td>{i}</td><td>boat {i}</td></tr>" for i in range(int(100_000 * s)))).encode()]), _REFUSED | {LOADED}),
    "links.html": (lambda s: _repeated(b"<a href=/x>Boat</a> ", int(10 * MEGABYTE * s), b"<html><body>"), _REFUSED),
    "open_brackets.html": (lambda s: _repeated(b"<", int(19 * MEGABYTE * s), b"<html><body><p>"), _REFUSED),
    "comments.html": (lambda s: _repeated(b"<!--", int(19 * MEGABYTE * s), b"<html><body><p>"), _REFUSED),
    "entities.html": (lambda s: iter([page(904, body="<p>" + "&amp;&#x1F600;&lt;" * int(200_000 * s) + "</p>")]),
                      _REFUSED | {LOADED}),
    "entity_bomb.html": (_one(b'<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9)) + b"]><html><body><p>&j;</p></body>"),
        _REFUSED),
    "bomb.html.gz": (lambda s: _gzipped(_repeated(b"\0", int(10_000 * MEGABYTE * s), b"<html><body><p>")), _REFUSED),
    "bomb.txt.gz": (lambda s: _gzipped(_repeated(b"word ", int(10_000 * MEGABYTE * s))), _REFUSED),
    "bomb.jsonl.gz": (lambda s: _gzipped(_repeated(b"\n", int(10_000 * MEGABYTE * s), b'{"id": "a", "text": ""}\n')),
                      _REFUSED),
    "bomb_line.jsonl.gz": (lambda s: _gzipped(_repeated(b"a", int(10_000 * MEGABYTE * s), b'{"id": "a", "text": "')),
                           _REFUSED),
    "bomb.warc.gz": (lambda s: _gzipped(_repeated(b"a", int(10_000 * MEGABYTE * s), _warc(10**10, b"")[:-4])), _REFUSED),
    "nuls.txt": (lambda s: _repeated(b"\0", int(19 * MEGABYTE * s)), _REFUSED),
    "nuls_inside.txt": (_one(_lines(story(905)).replace("water", "wa\0ter").encode()), _too(LOADED, "unreadable")),
    "nuls_inside.html": (_one(page(906).replace(b"water", b"wa\0ter")), _too(LOADED, "unreadable")),
    "surrogates.jsonl": (_one(_row(id="\ud800", text=story(907) + "\udfff", title="Half \ud83d", url="https://x/\ud800",
                                   source="\udc00", authors=["A \ud800 B"])), _too(LOADED)),
    "surrogates.html": (_one(page(908, head="<meta name=author content='&#xD800; &#xDFFF;'>")), _too(LOADED)),
    "surrogates.txt": (_one(_lines(story(909)).encode() + b"\xed\xa0\x80\xed\xbf\xbf"), _too(LOADED, "unreadable")),
    "binary.bin": (lambda s: iter([random.Random(1).randbytes(int(5 * MEGABYTE * s))]), _too("unreadable")),
    "binary.html": (lambda s: iter([random.Random(2).randbytes(300_000)]), _too("unreadable")),
    "binary.txt": (lambda s: iter([random.Random(3).randbytes(3000)]), _too("unreadable")),
    "png.html": (_one(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40), _too("unsupported_type")),
    "utf16.txt": (_one(_utf16("The pier opens again\n" + _lines(story(910)))), _too(LOADED)),
    "utf16.html": (_one(_utf16(page(911).decode())), _too(LOADED)),
    "charset.html": (_one(page(912, head="<meta charset='x-klingon\0'>")), _too(LOADED)),
    "charset_idna.html": (_one(page(913, head="<meta charset='idna'>")), _too(LOADED)),
    "charset_zip.html": (_one(page(914, head="<meta charset='zip_codec'>")), _too(LOADED)),
    "charset_long.html": (lambda s: iter([page(915, head=f"<meta charset='{'u' * int(MEGABYTE * s)}'>")]), _too(LOADED)),
    "title.html": (lambda s: iter([page(916).replace(b"<title>", b"<title>" + b"Pier " * int(2 * MEGABYTE * s))]),
                   _REFUSED | {LOADED}),
    "h1.html": (lambda s: iter([page(917).replace(b"<h1>", b"<h1>" + b"Pier and " * int(MEGABYTE * s))]),
                _REFUSED | {LOADED}),
    "authors.html": (lambda s: iter([page(918, head="".join(
        f"<meta name=author content='Ann Quay{i}'>" for i in range(int(100_000 * s))))]), _too(LOADED, "timeout")),
    "authors_ld.html": (lambda s: iter([page(919, head=_json_ld(json.dumps({"@type": "NewsArticle", "author": [
        {"@type": "Person", "name": f"Ann Quay{i}"} for i in range(int(100_000 * s))]})))]), _too(LOADED, "timeout")),
    "author_long.html": (lambda s: iter([page(920, head=_json_ld(json.dumps({"@type": "NewsArticle", "author":
        "Ann Quay and Bo Pier, " * int(500_000 * s)})))]), _too(LOADED, "timeout")),
    "tags.html": (lambda s: iter([page(921, head="".join(
        f"<meta property='article:tag' content='tag{i}'>" for i in range(int(100_000 * s))))]), _too(LOADED, "timeout")),
    "keywords.html": (lambda s: iter([page(922, head="<meta name=keywords content='" + ",".join(
        f"tag{i}" for i in range(int(1_000_000 * s))) + "'>")]), _too(LOADED, "timeout")),
    "date_digits.html": (lambda s: iter([page(923, head="<meta property='article:published_time' content='"
        + "1" * int(MEGABYTE * s) + "'>")]), _too(LOADED)),
    "date_year.html": (lambda s: iter([page(924, head=_json_ld(json.dumps({"@type": "NewsArticle", "datePublished":
        "20" * int(MEGABYTE * s) + "-01-01T00:00:00+99:99"})))]), _too(LOADED)),
    "date_digits.txt": (lambda s: iter([("The pier opens\n" + "3 May " + "9" * int(MEGABYTE * s) + "\n" + _lines(story(
        925))).encode()]), _too(LOADED, "timeout")),
    "date_int.jsonl": (lambda s: iter([b'{"id": %s, "published_at": %s, "text": "%s"}\n' % (
        b"9" * int(MEGABYTE * s), b"9" * int(MEGABYTE * s), b"A boat. " * 100)]), _REFUSED | {LOADED}),
    "date_400_digits.jsonl": (_one(b'{"id": %s, "published_at": -%s, "title": %s, "text": %s}\n' % (
        b"9" * 400, b"9" * 400, b"9" * 4000, json.dumps(story(951)).encode())), _too(LOADED)),
    "date_float.jsonl": (_one(b'{"id": 1e999, "published_at": -1e400, "title": 1e308, "text": %s}\n'
                              % json.dumps(story(926)).encode()), _too(LOADED)),
    "ld_nested.html": (lambda s: iter([page(927, head=_json_ld(_nested(int(10_000 * s))))]), _too(LOADED)),
    "ld_lists.html": (lambda s: iter([page(928, head=_json_ld("[" * int(1_000_000 * s)))]), _too(LOADED)),
    "ld_5mb.html": (lambda s: iter([page(929, head=_json_ld(json.dumps({"@graph": [{"@type": "NewsArticle", "headline":
        f"Pier {i}", "articleBody": "word " * 10} for i in range(int(45_000 * s))]})))]), _too(LOADED, "timeout")),
    "ld_graph.html": (lambda s: iter([page(930, head=_json_ld('{"@graph":[' * 900 + "{}" + "]}" * 900))]), _too(LOADED)),
    "ld_body.html": (lambda s: iter([page(931, head=_json_ld(json.dumps({"@type": "NewsArticle", "articleBody":
        "word <b>" * int(MEGABYTE * s)})))]), _REFUSED | {LOADED}),
    "ld_odd.html": (_one(page(932, head=_json_ld('{"@type": ["NewsArticle", 5, null], "headline": {"a": []}, "author":'
        '[[["x"]], 7, null, {"name": {"name": 3}}], "datePublished": [1], "keywords": {"x": 1}, "image": 9,'
        '"publisher": [3], "mainEntityOfPage": [[]], "isAccessibleForFree": {}}'))), _too(LOADED)),
    "base.html": (lambda s: iter([page(933, head=f"<base href='http://[{'x' * int(MEGABYTE * s)}'>")]), _too(LOADED)),
    "canonical.html": (lambda s: iter([page(934, head="<link rel=canonical href='https://q.example/"
        + "a/../" * int(200_000 * s) + "'>")]), _too(LOADED)),
    "canonical_bad.html": (_one(page(935, head="<link rel=canonical href='https://[::bad/%zz\x1b[31m\x00'>")),
                           _too(LOADED)),
    "escapes.html": (_one(page(936, head="<meta name=author content='Ann \x1b]0;owned\x07 Quay'>")), _too(LOADED)),
    "sql.jsonl": (_one(_row(id=SQL, url=f"https://x.example/{SQL}", source=SQL, title=SQL, authors=[SQL], language=SQL,
                            published_at=SQL, text=story(937) + f"\n\n{SQL} she said again and again.")), _too(LOADED)),
    "sql.html": (_one(page(938, head=f'<meta name=author content="{SQL}"><meta property=og:site_name content="{SQL}">'
                      f'<meta property="article:tag" content="{SQL}">')), _too(LOADED)),
    "sql.txt": (_one(f"{SQL}\nBy {SQL}\n{_lines(story(939))}".encode()), _too(LOADED)),
    "claims.warc": (_one(_warc(10**10, page(940))), _too("unreadable")),
    "huge_length.warc": (_one(_warc(10**30, page(941))), _too("unreadable")),
    "negative.warc": (_one(_warc(-5, page(942))), _too("unreadable")),
    "nested.warc": (lambda s: iter([_warc(0, b"<html><body>" + b"<div>" * int(100_000 * s))]), _REFUSED),
    "gzip_in.warc": (lambda s: iter([_warc(0, b"").replace(b"text/html\r\n", b"text/html\r\nContent-Encoding: gzip\r\n")
                     + gzip.compress(bytes(1000))]), _REFUSED),
    "truncated.html.gz": (_one(gzip.compress(page(943))[:-200]), _too("unreadable")),
    "garbage.gz": (_one(b"\x1f\x8b" + bytes(range(256)) * 10), _too("unreadable")),
    "many_members.gz": (lambda s: iter([gzip.compress(b"") * int(200_000 * s)]), _REFUSED),
    "cut.parquet": (_one(b"PAR1" + bytes(1000)), _too("unreadable")),
    "footer.parquet": (_one(b"PAR1" + bytes(1000) + struct.pack("<I", 2**31 - 1) + b"PAR1"), _too("unreadable")),
    "odd.parquet": (_parquet(_odd_types), _too("empty")),
    "big_value.parquet": (_parquet(_big_value), _REFUSED),
    "deep.json": (lambda s: _repeated(b"[", int(MEGABYTE * s), b"[{"), _REFUSED),
    "digits.txt": (lambda s: _repeated(b"7", int(5 * MEGABYTE * s)), _REFUSED),
    # Where one pattern after another may take the same signs in many ways, a line of them would take years.
    "signs.txt": (_one("\n".join(["Pier number 960 opens again", _lines(story(960)), "A" + " /" * 60 + "!", "12 " * 60 + "!",
        "(" + ("A" + " /" * 9 + " ") * 9 + "B!", "copy link " * 40 + "!"]).encode()), _too(LOADED)),
    "dots.txt": (lambda s: _repeated(b"A. ", int(5 * MEGABYTE * s)), _REFUSED | {LOADED}),
    "spaces.txt": (lambda s: _repeated(b" ", int(10 * MEGABYTE * s), b"a", b"b"), _REFUSED),
    "dashes.txt": (lambda s: _repeated(b"-", int(5 * MEGABYTE * s), b"a ", b" b"), _REFUSED),
    "times.txt": (lambda s: _repeated(b"3 May 2019 10:30, ", int(2 * MEGABYTE * s)), _REFUSED | {LOADED}),
    "times_lines.txt": (lambda s: _repeated(b"3 May 2019 10:30\n", int(2 * MEGABYTE * s)), _REFUSED),
    "by.txt": (lambda s: _repeated(b"By Ann Quay and ", int(2 * MEGABYTE * s)), _REFUSED | {LOADED}),
    "by_lines.txt": (lambda s: _repeated(b"By Ann Quay\n", int(2 * MEGABYTE * s)), _REFUSED),
    "photo_lines.txt": (lambda s: _repeated(b"A boat (Photo: Ann Quay/Pier News)\n", int(2 * MEGABYTE * s)), _REFUSED),
    "repeats.txt": (lambda s: iter([("\n".join(_lines(story(944)) for _ in range(int(1000 * s) + 2))).encode()]),
                    _REFUSED | {LOADED}),
    "combining.txt": (lambda s: iter([("e" + "\u0301" * int(2_000_000 * s)).encode()]), _REFUSED),
    "bidi.txt": (_one(("\u202e\u2066" + _lines(story(945)) + "\u202c").encode()), _too(LOADED)),
    "new\nline \x1b[31m.txt": (_one(("The pier\n" + _lines(story(946))).encode()), _too(LOADED)),
    "_..;'\"$(touch x)`%.txt": (_one(("The pier\n" + _lines(story(947))).encode()), _too(LOADED)),
    "source=x": (_one(("The pier\n" + _lines(story(948))).encode()), _too(LOADED)),
}  # fmt: skip


def write_case(folder: Path, name: str, scale: float) -> Path:
    """The file of a case."""
    path = folder / name
    with path.open("wb") as file:
        for piece in CASES[name][0](scale):
            file.write(piece)
    return path


def write_traps(folder: Path) -> dict[str, frozenset[str]]:
    """What is hostile about a folder itself: loops, dead ends, names that are no UTF-8; how each ends."""
    (folder / "loop").mkdir()
    (folder / "loop" / "again").symlink_to(folder)
    (folder / "self").symlink_to("self")
    (folder / "gone").symlink_to("nowhere")
    os.mkfifo(folder / "pipe")
    name = os.fsdecode(b"caf\xe9.txt")
    (folder / name).write_text("The pier\n" + _lines(story(949)))
    unreadable = folder / "secret.txt"
    unreadable.write_text("The pier\n" + _lines(story(950)))
    unreadable.chmod(0)
    may_read = os.access(unreadable, os.R_OK)  # root may read everything
    return {
        "self": _too("unreadable"),
        "gone": _too("unreadable"),
        "caf\\xe9.txt": _too(LOADED),
        "secret.txt": _too(LOADED) if may_read else _too("unreadable"),
    }
