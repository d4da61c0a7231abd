"""Words and white space: what a word is here, and when two texts have the same words."""

import hashlib
import re
import unicodedata
from functools import lru_cache
from html import unescape

#: A word: a run of letters and digits; in scripts written without spaces (Han, kana, Thai, Lao, Khmer, Burmese) each
#: character counts as one, the convention of the public extraction benchmarks.
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
WORD = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")

# Control and format characters that carry no text.  Zero-width joiner and non-joiner (U+200C, U+200D) stay: Persian,
# Hindi and emoji need them.
_CONTROL = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufff9-\ufffb]|[\ud800-\udfff]"
)
_SPACE = re.compile(r"\s+")


def words(text: str) -> list[str]:
    """The words of `text`, as printed."""
    return WORD.findall(text)


def count_words(text: str) -> int:
    """How many words `text` has."""
    return len(WORD.findall(text))


def clean_line(text: str) -> str:
    """One line of copy: NFC, control characters gone, white space single; quotes and dashes stay as printed."""
    if text.isprintable() and "  " not in text and (text.isascii() or unicodedata.is_normalized("NFC", text)):
        return text.strip()  # most lines; what is printable has no control characters and no white space but the space
    return _SPACE.sub(" ", _CONTROL.sub("", unicodedata.normalize("NFC", text))).strip()


def field_line(text: str | None) -> str | None:
    """One line of a field: clean, entities left by a scraper (`&amp;`, sometimes twice) read; None when empty."""
    if not text:
        return None
    return clean_line(unescape(unescape(text))) or None


def folded_words(text: str) -> tuple[str, ...]:
    """The words for comparing: NFKC and casefolded, so that typography makes no difference."""
    return _fold_paragraph(text) if len(text) <= _PARAGRAPH else _fold(text)


def _fold(text: str) -> tuple[str, ...]:
    return tuple(WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


_PARAGRAPH = 1000
_fold_paragraph = lru_cache(maxsize=256)(_fold)  # several steps compare the paragraphs of a document in turn


def words_hash(text: str) -> str:
    """SHA-256, hex, of the folded words: equal for two texts with the same words in the same order."""
    words = (" ".join(folded_words(paragraph)) for paragraph in text.split("\n\n"))
    return hashlib.sha256(" ".join(filter(None, words)).encode("utf-8", "surrogatepass")).hexdigest()
