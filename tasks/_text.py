"""Words and white space: what a word is here, and when two texts have the same words."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from html import unescape
from typing import TypeVar

import numpy as np

_T = TypeVar("_T")

#: A word: a run of letters and digits; in scripts written without spaces (Han, kana, Thai, Lao, Khmer, Burmese) each
#: character counts as one, the convention of the public extraction benchmarks.
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
WORD = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")
#: A text of so many characters is read as an array: from here on that is faster than a pattern.
_LONG = 500
_AT_ONCE = 250_000
_POWERS = 256

# Control and format characters that carry no text.  Zero-width joiner and non-joiner (U+200C, U+200D) stay: Persian,
# Hindi and emoji need them.
_CONTROL = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufff9-\ufffb]|[\ud800-\udfff]"
)
_SPACE = re.compile(r"\s+")


def words(text: str) -> list[str]:
    """The words of `text`, as printed."""
    return WORD.findall(text) if len(text) < _LONG else _join(text).split()


def count_words(text: str) -> int:
    """How many words `text` has."""
    if len(text) < _LONG:
        return len(WORD.findall(text))
    return sum(int(np.count_nonzero(_letters(stretch)[1])) for stretch in _stretches(text))


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of a text in order, as numbers: a string for each takes three times as long.

    `codes`: the characters of the text, 0 for what stands in no word.  For each word: `starts`: where it begins;
    `sizes`: its characters; `lines`: the line in which it stands, from 0; `numbers`: 64 bits that are equal for equal
    words and, but for a chance of one in billions of copies, for no others.
    """

    codes: np.ndarray
    starts: np.ndarray
    sizes: np.ndarray
    lines: np.ndarray
    numbers: np.ndarray

    def beginnings(self, which: np.ndarray, length: int) -> np.ndarray:
        """The numbers of the first so many characters of some words."""
        starts, sizes = self.starts[which], self.sizes[which]
        numbers = np.zeros(len(which), np.uint64)
        for place in range(length):
            codes = self.codes[np.minimum(starts + place, len(self.codes) - 1)]
            numbers += np.where(sizes > place, codes, 0) * _powers()[place]
        return numbers


def read_tokens(text: str) -> Tokens:
    """The words of `text`."""
    found, at, line = [], 0, 0
    for stretch in _stretches(text):
        codes, starts, sizes, lines, numbers = _read(stretch)
        found.append((codes, starts + at, sizes, lines + line, numbers))
        at += len(stretch)
        line += stretch.count("\n") if len(stretch) < len(text) else 0
    return Tokens(*(found[0] if len(found) == 1 else map(np.concatenate, zip(*found, strict=True))))


def paired(tokens: Tokens) -> Tokens:
    """The same; but of scripts without spaces the pairs of neighbouring characters, and a character alone."""
    alone = _plane()[1][np.minimum(tokens.codes[tokens.starts], 0xFFFF)]
    if not alone.any():
        return tokens
    is_pair = np.append(alone[:-1] & alone[1:] & (np.diff(tokens.starts) == 1), False)
    numbers = tokens.numbers + np.roll(tokens.numbers, -1) * _powers()[0] * is_pair
    sizes = tokens.sizes + is_pair
    kept = is_pair | ~np.append(False, is_pair[:-1])  # the last of a run has been told with the one before
    return Tokens(tokens.codes, tokens.starts[kept], sizes[kept], tokens.lines[kept], numbers[kept])


def in_stretches(texts: Sequence[_T], length: Callable[[_T], int] = len) -> Iterator[Sequence[_T]]:
    """So many texts in turn as are read at a time, so that memory is bounded; at least one."""
    first, size = 0, 0
    for number, text in enumerate(texts):
        if number > first and size + length(text) > _AT_ONCE:
            yield texts[first:number]
            first, size = number, 0
        size += length(text)
    if first < len(texts):
        yield texts[first:]


def owners_of(texts: Sequence[str], starts: np.ndarray) -> np.ndarray:
    """In which of these texts, joined by a line break each, these places are."""
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1)
    return np.repeat(np.arange(len(texts)), np.diff(np.searchsorted(starts, ends), prepend=0))


def each_once(numbers: np.ndarray) -> np.ndarray:
    """The numbers, each once, sorted: what `np.unique` gives at twenty times the cost (numpy 2.3 hashes them first)."""
    numbers = np.sort(numbers)
    return numbers[np.concatenate((np.ones(min(len(numbers), 1), bool), numbers[1:] != numbers[:-1]))]


def number_words(some: Iterable[str]) -> np.ndarray:
    """The numbers that these words have in `Tokens`."""
    return read_tokens("\n".join(some)).numbers


def _read(text: str) -> tuple[np.ndarray, ...]:
    """The values of `Tokens`."""
    codes, begins, breaks = _letters(text)
    starts = np.flatnonzero(begins).astype(np.int32)
    if not len(starts):
        return codes, starts, starts, starts, np.zeros(0, np.uint64)
    # Each character by its place in its word: `live` and `evil` differ.
    place = np.arange(len(codes), dtype=np.int32) - starts[np.cumsum(begins, dtype=np.int32) - 1]
    numbers = np.add.reduceat(codes * _powers()[place & (_POWERS - 1)], starts)
    sizes = np.add.reduceat(codes != 0, starts, dtype=np.int32)
    return codes, starts, sizes, np.cumsum(breaks, dtype=np.int32)[starts], numbers


def _join(text: str) -> str:
    """The words of `text` with a space between each two."""
    joined = []
    for stretch in _stretches(text):
        codes, begins, _ = _letters(stretch)
        inside = np.flatnonzero(codes)
        spaced = np.full(len(inside) + int(np.count_nonzero(begins)), ord(" "), "<u4")
        spaced[np.arange(len(inside)) + np.cumsum(begins)[inside]] = codes[inside]
        joined.append(spaced.tobytes().decode("utf-32-le")[1:])  # each has a space before it
    return " ".join(filter(None, joined))


def _stretches(text: str) -> Iterator[str]:
    """A text cut between words, so that memory is bounded: mostly it is one."""
    start = 0
    while len(text) - start > _AT_ONCE:
        end = max(text.rfind(" ", start, start + _AT_ONCE), text.rfind("\n", start, start + _AT_ONCE)) + 1
        end = end if end > start else start + _AT_ONCE
        yield text[start:end]
        start = end
    yield text[start:]


def _letters(text: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each character its code, 0 where it stands in no word; whether a word begins; whether it is a line break."""
    letters, unspaced = _plane()
    plane = codes = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), "<u2")
    is_wide = len(codes) != len(text)
    if is_wide:  # characters beyond the basic plane
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
        plane = np.minimum(codes, 0xFFFF)
    kept, alone = letters[plane], unspaced[plane]
    if is_wide:
        beyond = [code for code in np.unique(codes[codes > 0xFFFF]).tolist() if chr(code).isalnum()]
        kept = np.where(np.isin(codes, beyond), codes, kept)
    inside = kept != 0
    begins = inside.copy()
    begins[1:] &= ~inside[:-1]
    if alone.any():
        begins |= alone
        begins[1:] |= inside[1:] & alone[:-1]
    return kept, begins, codes == ord("\n")


@cache
def _plane() -> tuple[np.ndarray, np.ndarray]:
    """For each character of the basic plane its code, or 0 where it stands in no word; and whether it is one alone."""
    unspaced = np.zeros(0x10000, bool)
    for first, last in re.findall("(.)-(.)", UNSPACED):
        unspaced[ord(first) : ord(last) + 1] = True
    stands = unspaced | np.fromiter(map(str.isalnum, map(chr, range(0x10000))), bool, 0x10000)
    return np.where(stands, np.arange(0x10000), 0).astype(np.uint32), unspaced


@cache
def _powers() -> np.ndarray:
    return np.multiply.accumulate(np.full(_POWERS, 0x9E3779B97F4A7C15, np.uint64))


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


def folded(text: str) -> str:
    """The text for comparing: NFKC and casefolded, so that typography makes no difference."""
    return unicodedata.normalize("NFKC", text).casefold()


def folded_words(text: str) -> tuple[str, ...]:
    """The words for comparing."""
    return _fold_paragraph(text) if len(text) <= _PARAGRAPH else _fold(text)


def _fold(text: str) -> tuple[str, ...]:
    return tuple(words(folded(text)))


_PARAGRAPH = 1000
_fold_paragraph = lru_cache(maxsize=256)(_fold)  # several steps compare the paragraphs of a document in turn


def words_hash(text: str) -> str:
    """SHA-256, hex, of the folded words: equal for two texts with the same words in the same order."""
    return hashlib.sha256(_join(folded(text)).encode("utf-8", "surrogatepass")).hexdigest()
