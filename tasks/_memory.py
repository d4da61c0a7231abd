"""The memory of a source: furniture repeats across the documents of an outlet, articles do not.

What is known of a line is in how many *different* articles of the source it stood (warehouse/queries/count_lines.sql
says what counts as different), as a snapshot of the landing folder that only `reprocess` advances.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from schemas.document import Document
from schemas.outcome import Refusal
from schemas.settings import Settings
from tasks._dates import read_dated_line
from tasks._lines import Line, read_lines
from tasks._names import is_person_name
from tasks._parts import BREAK
from tasks._phrases import fold
from tasks._plain_text import read_text
from tasks._roles import is_signed
from tasks._sources import given_source, source_of
from tasks._text import clean_line, count_words
from warehouse.memory import read_counts

#: What it takes to take a line out: it has so many words and stood in so many other articles, which are such a share of
#: all of the source.  A line that ends as a sentence does may be an article's (`The investigation is ongoing.` as a
#: paragraph of its own, the background of a story that went on for weeks), and must be nearly everywhere.
LEAST_WORDS = 4
LEAST_SEEN = 5
LEAST_SHARE = 0.02
LEAST_SHARE_OF_SENTENCES = 0.10
#: A longer line is prose: it tells one article from another, and is not remembered.
MOST_WORDS = 120


class Memory:
    """A snapshot: keys of lines, sorted, and in how many articles of their source each stood."""

    def __init__(self, keys: Any, articles: Any):
        self._keys = keys
        self._articles = articles

    def counts(self, source: str | None, lines: list[str]) -> list[int]:
        """In how many other articles of that source each line stood, at least; 0: not known.

        One is taken off what was counted, because it may be the very document that is looked at.
        """
        if not source or not lines:
            return [0] * len(lines)
        return [max(0, found - 1) for found in self._look_up([line_key(source, fold(line)) for line in lines])]

    def articles(self, source: str | None) -> int:
        """How many articles of that source were learned from; 0: not known."""
        return self._look_up([line_key(source, "")])[0] if source else 0

    def _look_up(self, keys: list[int]) -> list[int]:
        import numpy as np

        if not len(self._keys):
            return [0] * len(keys)
        asked = np.array(keys, np.uint64)
        places = np.minimum(np.searchsorted(self._keys, asked), len(self._keys) - 1)
        return np.where(self._keys[places] == asked, self._articles[places], 0).tolist()


@lru_cache(maxsize=2)
def load_memory(path: Path) -> Memory:
    """The snapshot in this file; WarehouseError when it cannot be read."""
    return Memory(*read_counts(path))


def line_key(source: str, folded: str) -> int:
    """What a line of a source is looked up by: 64 bits.  With an empty line: what its number of articles is kept by."""
    text = f"{source}\n{folded}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


class Recall:
    """What the memory says of the lines of one document."""

    def __init__(self, memory: Memory, document: Document):
        self._memory = memory
        self._document = document

    def fill_seen(self, lines: Sequence[Line]) -> None:
        """Write into each line where else it was seen; phrases must have been matched, as they may name the source."""
        source = source_of(self._document, lines)
        articles = self._memory.articles(source)
        if not articles:
            return
        parts = [clean_line(part.raw) for line in lines for part in line.parts]  # lines are counted as they stand
        counts = iter(self._memory.counts(source, parts))
        for line in lines:
            seen = min(next(counts) for _ in line.parts)
            line.seen_elsewhere, line.seen_share = seen, min(1.0, seen / articles)

    def take_known_furniture(self, lines: Sequence[Line]) -> None:
        """Take out what stands in many other articles of the source and was not recognised as anything else.

        Never what fields are read from: the headline, where it was given, a byline, a line with a date.  Nor what a
        phrase has recognised: that says more of what it is.
        """
        title = fold(self._document.given.title or "")
        for line in lines:
            if not line.kind and _is_known(line) and not _is_field(line, title):
                line.take("other", f"memory:in {line.seen_elsewhere} other articles of this source", 0.9)


def _is_known(line: Line) -> bool:
    least = LEAST_SHARE_OF_SENTENCES if line.stops else LEAST_SHARE
    return line.words >= LEAST_WORDS and line.seen_elsewhere >= LEAST_SEEN and line.seen_share >= least


def _is_field(line: Line, title: str) -> bool:
    if line.stamp or is_signed(line.text) or is_person_name(line.text) or fold(line.text) == title:
        return True
    # `Published on Monday 3 March 2025 in Local News` is the same line every Monday, with other numbers.
    return not line.stops and read_dated_line(line.text) is not None


# Learning ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Copy:
    """The lines of one document, each once: key, number of words, and the folded line; that is empty in long ones.

    `document`: the beginning of its id as a number, the same for the same bytes from anywhere.
    """

    source: str
    document: int
    lines: list[tuple[int, int, str]]


def read_copy(document: Document, settings: Settings) -> Copy | None:
    """What is learned from a plain-text document: it depends on its bytes and on what was given with it alone.

    None when there is nothing: no outlet is known, or it cannot be read.  Run in worker processes.
    """
    try:
        return _read_copy(document)
    except Exception:  # refused as `unreadable` when its article is made; there is nothing to learn from it
        return None


def _read_copy(document: Document) -> Copy | None:
    decoded = None if document.refusal else read_text(document.content, document.charset)
    if decoded is None or isinstance(decoded, Refusal):
        return None
    source = given_source(document)
    if source is None:  # matching all phrases takes ten times longer than the rest
        source = source_of(document, read_lines(decoded.text))
    if source is None:
        return None
    found: dict[int, tuple[int, str]] = {}
    for raw in BREAK.split(decoded.text):
        clean = clean_line(raw)
        if folded := fold(clean):
            words = count_words(clean)
            found[line_key(source, folded)] = (words, folded if words <= MOST_WORDS else "")
    rows = [(key, words, folded) for key, (words, folded) in found.items()]
    return Copy(source, int(document.document_id[:16], 16), rows)
