"""What a file is, told from how it begins; its name only helps where the content leaves it open."""

import re

import orjson

from tasks._encoding import looks_binary, unicode_form

TEXT, HTML, JSONL, JSON, PARQUET, WARC = (
    "text/plain", "text/html", "application/x-ndjson", "application/json", "application/vnd.apache.parquet",
    "application/warc",
)  # fmt: skip
UNKNOWN = "application/octet-stream"
XML = "application/xml"

#: Fields of a dump's row in which its copy may stand, in the order they are looked at.
COPY_FIELDS = ("text", "html", "content", "body", "raw")

#: How files begin that are not read here: (offset, bytes, media type, name for a person).
_MAGIC: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"%PDF-", "application/pdf", "a PDF"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png", "a PNG image"),
    (0, b"\xff\xd8\xff", "image/jpeg", "a JPEG image"),
    (0, b"GIF8", "image/gif", "a GIF image"),
    (0, b"II*\0", "image/tiff", "a TIFF image"),
    (0, b"MM\0*", "image/tiff", "a TIFF image"),
    (8, b"WEBP", "image/webp", "a WebP image"),
    (8, b"WAVE", "audio/wav", "a sound file"),
    (0, b"\0\0\1\0", "image/x-icon", "an icon"),
    (4, b"ftyp", "video/mp4", "a video or a picture of the MP4 family"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm", "a video"),
    (0, b"OggS", "audio/ogg", "a sound file"),
    (0, b"ID3", "audio/mpeg", "a sound file"),
    (0, b"fLaC", "audio/flac", "a sound file"),
    (0, b"PK\5\6", "application/zip", "an empty zip archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed", "a 7-Zip archive"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar", "a RAR archive"),
    (0, b"BZh", "application/x-bzip2", "a bzip2 archive; unpack it first"),
    (0, b"\xfd7zXZ\0", "application/x-xz", "an xz archive; unpack it first"),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd", "a Zstandard archive inside another; unpack it once"),
    (0, b"\x04\x22\x4d\x18", "application/x-lz4", "an LZ4 archive; unpack it first"),
    (0, b"\x1f\x8b\x08", "application/gzip", "a gzip archive inside another; unpack it once"),
    (257, b"ustar", "application/x-tar", "a tar archive; unpack it first"),
    (0, b"SQLite format 3\0", "application/vnd.sqlite3", "an SQLite database"),
    (8, b"DUCK", "application/vnd.duckdb", "a DuckDB database"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage", "an old Office document"),
    (0, b"{\\rtf", "application/rtf", "a Rich Text document"),
    (0, b"%!PS", "application/postscript", "a PostScript document"),
    (0, b"\x7fELF", "application/x-elf", "a program"),
    (0, b"ORC", "application/vnd.apache.orc", "an ORC file"),
    (0, b"Obj\1", "application/vnd.apache.avro", "an Avro file"),
    (0, b"ARROW1\0\0", "application/vnd.apache.arrow.file", "an Arrow file"),
    (0, b"wOFF", "font/woff", "a font"),
    (0, b"wOF2", "font/woff2", "a font"),
)
#: Short magics that a text could begin with too: believed only if binary data follows.
_ALSO_WORDS = (b"BZh", b"ORC", b"ID3", b"GIF8", b"OggS", b"fLaC", b"WEBP", b"WAVE", b"ftyp", b"DUCK", b"wOFF", b"wOF2")
_ZIPPED = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "a Word document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "an Excel workbook"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation", "a PowerPoint file"),
    (b"mimetypeapplication/epub+zip", "application/epub+zip", "an e-book"),
    (b"mimetypeapplication/vnd.oasis", "application/vnd.oasis.opendocument", "an OpenDocument file"),
    (b"", "application/zip", "a zip archive; unpack it first"),
)
_NAME_OF = {media: name for _, _, media, name in _MAGIC} | {media: name for _, media, name in _ZIPPED} | {
    XML: "XML other than an HTML page", JSONL: "a JSON Lines dump", JSON: "JSON", PARQUET: "a Parquet file",
    WARC: "a web archive",
}  # fmt: skip

#: Characters of a text that are searched for markup.
_LOOKED_AT = 1 << 16
_LEAD = re.compile(r"(?:\s|\ufeff|<!--.*?-->|<\?xml[^>]*\?>)*", re.S)
_PAGE_START = re.compile(r"<!doctype\s+html|<(?:html|head|body)\b[^<]*>", re.I)
_PAGE_FRAME = re.compile(r"<html\b[^<>]*>.{0,500}?<(?:head|body|meta|title|link|script)\b", re.I | re.S)
_BLOCK = r"(?:p|div|h[1-6]|ul|ol|li|table|article|section|header|footer|main|nav|figure|blockquote|center|br)"
_BLOCK_TAG = re.compile(rf"<{_BLOCK}\b[^<>]{{0,500}}>", re.I)
_BLOCK_END = re.compile(rf"</{_BLOCK}\s*>|<br\s*/?>", re.I)
_ANY_START = re.compile(r"<[a-z][a-z0-9]*\b[^<>]*>", re.I)
_XML_START = re.compile(r"\s*<(?:\?xml|rss|feed|rdf:RDF|urlset|sitemapindex|svg|nitf|newsItem|newsml)\b", re.I)
_ROW_START = re.compile(rb'\{\s*(?:"(?:[^"\\]|\\.)*"\s*:|\}|$)')
_ARRAY_START = re.compile(rb"\[\s*(?:\{|\]\s*$)")


def unpacked_name(name: str) -> str:
    """A file's name without the .gz or .zst that says how it is packed."""
    return re.sub(r"\.(?:gz|zst)$", "", name, flags=re.I)


def sniff(head: bytes, name: str = "") -> str:
    """The media type of a file that begins with `head` (after .gz or .zst) and is called `name`.

    `text/plain`, `text/html`, JSONL, JSON (one value on many lines), PARQUET and WARC are read; UNKNOWN is binary data
    of no recognised kind; anything else is a recognised kind that is not read, see `kind_of`.
    """
    if head.startswith(b"PAR1"):
        return PARQUET
    if head.startswith((b"WARC/1.", b"WARC/0.")):
        return WARC
    if unsupported := _magic(head):
        return unsupported
    suffix = unpacked_name(name).lower().rpartition(".")[2]
    if rows := _json(head, suffix):  # before binary data is looked for: a dump may have lines of that too
        return rows
    form = unicode_form(head)
    if form is None:
        return UNKNOWN if looks_binary(head) else sniff_text(head.decode("latin-1"))  # markup is made of ASCII
    text = head.decode(form, "replace").removeprefix("\ufeff")
    return _json(text.encode("utf-8", "replace"), suffix) or sniff_text(text)


def sniff_text(text: str) -> str:
    """`text/html`, XML or `text/plain`: a page or a fragment of one is HTML; copy that mentions a tag is text."""
    if "<" not in text:
        return TEXT
    text = text[:_LOOKED_AT]
    start = _LEAD.match(text)
    at = start.end() if start else 0
    if _PAGE_START.match(text, at) or _PAGE_FRAME.search(text):
        return HTML
    if _XML_START.match(text):
        return XML
    blocks = len(_BLOCK_TAG.findall(text))
    if not blocks:
        return TEXT
    ends = len(_BLOCK_END.findall(text))
    if _ANY_START.match(text, at) and (ends or blocks >= 3):
        return HTML  # a fragment: begins with a tag, and blocks are opened and closed
    # In the middle: paragraphs marked up all the way through, at least one tag for 600 characters.
    return HTML if blocks >= 3 and ends >= 2 and blocks * 600 >= len(text) else TEXT


def kind_of(media_type: str) -> str:
    """A recognised but unread media type, in words."""
    return _NAME_OF.get(media_type, media_type)


def _magic(head: bytes) -> str | None:
    if head.startswith(b"PK\3\4"):
        return next(media for mark, media, _ in _ZIPPED if mark in head)
    for offset, magic, media, _ in _MAGIC:
        if head.startswith(magic, offset) and (magic not in _ALSO_WORDS or looks_binary(head)):
            return media
    return None


def _json(head: bytes, suffix: str) -> str | None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    lines = [line.strip() for line in start[: 1 << 16].split(b"\n", 50)]
    whole = lines if len(lines) <= 50 and len(start) <= 1 << 16 else lines[:-1]  # the last may be cut
    if any(line.startswith(b"{") and _is_object(line) for line in whole):
        rows = sum(line.startswith(b"{") and _is_object(line) for line in whole)
        if suffix in ("jsonl", "ndjson") or start.startswith(b"{") or rows * 2 > len(whole):
            return JSONL
    if suffix in ("jsonl", "ndjson") and any(line.startswith((b"{", b"[")) for line in lines):
        return JSONL
    if _ARRAY_START.match(start):
        return JSON
    if start.startswith(b"{") and _ROW_START.match(start):
        # One object: a first row too long to be seen whole, or one spread over many lines.
        return JSONL if len(lines) == 1 and len(start) > 1 << 16 else JSON
    return None


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False
