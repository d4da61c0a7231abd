"""Words and white space: what a word is here, and when two texts have the same words."""

import hashlib
import re
import unicodedata
from functools import cache, lru_cache
from html import unescape

import numpy as np

#: A word: a run of letters and digits; in scripts written without spaces (Han, kana, Thai, Lao, Khmer, Burmese) each
#: character counts as one, the convention of the public extraction benchmarks.
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
WORD = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")
_WORD_OR_BREAK = re.compile(rf"{WORD.pattern}|\n")
#: A text of so many characters is read as an array: from here on that is faster than a pattern.
_LONG = 500

# Control and format characters that carry no text.  Zero-width joiner and non-joiner (U+200C, U+200D) stay: Persian,
# Hindi and emoji need them.
_CONTROL = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufff9-\ufffb]|[\ud800-\udfff]"
)
_SPACE = re.compile(r"\s+")


def words(text: str) -> list[str]:
    """The words of `text`, as printed."""
    return WORD.findall(text) if len(text) < _LONG else split_words(text)[0]


def count_words(text: str) -> int:
    """How many words `text` has."""
    if len(text) >= _LONG and (found := _word_starts(text)):
        return int(np.count_nonzero(found[2]))
    return len(WORD.findall(text))


def split_words(text: str) -> tuple[list[str], np.ndarray]:
    """The words of `text`, and for each in which line of it stands, from 0.

    What can stand in no word is made a space in an array of characters: a third of what a pattern costs.
    """
    if starts := _word_starts(text):
        codes, kept, begins = starts
        return kept.tobytes().decode("utf-16-le").split(), np.cumsum(codes == ord("\n"))[begins]
    found = _WORD_OR_BREAK.findall(text)
    is_break = np.fromiter(map("\n".__eq__, found), bool, len(found))
    return [word for word in found if word != "\n"], np.cumsum(is_break)[~is_break]


def _word_starts(text: str) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """The characters as numbers, the same with a space for what stands in no word, and where a word begins.

    None for a text in scripts without spaces, or with characters beyond the basic plane.
    """
    codes = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), "<u2")
    letters, unspaced = _letters()
    if len(codes) != len(text) or unspaced[codes].any():
        return None
    kept = letters[codes]
    begins = kept != ord(" ")
    begins[1:] &= ~begins[:-1]
    return codes, kept, begins


@cache
def _letters() -> tuple[np.ndarray, np.ndarray]:
    """For each character of the basic plane its code where it stands in words, else that of a space; and whether it is
    a word by itself.
    """
    plane = "".join(map(chr, range(0x10000)))
    letters, unspaced = np.full(0x10000, ord(" "), np.uint16), np.zeros(0x10000, bool)
    standing = np.array([ord(letter) for letter in re.findall(r"[^\W_]", plane)], np.uint16)
    letters[standing] = standing
    unspaced[[ord(letter) for letter in re.findall(f"[{UNSPACED}]", plane)]] = True
    return letters, unspaced


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
    return _fold_paragraph(text) if len(text) <= _PARAGRAPH else _fold_body(text)


def _fold(text: str) -> tuple[str, ...]:
    return tuple(words(unicodedata.normalize("NFKC", text).casefold()))


_PARAGRAPH = 1000
_fold_paragraph = lru_cache(maxsize=256)(_fold)  # several steps compare the paragraphs of a document in turn
_fold_body = lru_cache(maxsize=1)(_fold)  # repeats and the hash look at the same words


def words_hash(text: str) -> str:
    """SHA-256, hex, of the folded words: equal for two texts with the same words in the same order."""
    return hashlib.sha256(" ".join(folded_words(text)).encode("utf-8", "surrogatepass")).hexdigest()
