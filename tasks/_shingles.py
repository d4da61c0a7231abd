"""Bodies as what copies of them share: runs of three words, and the marks by which copies are found among millions.

All bodies of a part go through together, as one array of words, so that nothing is done word by word.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rensa import RMinHash  # pyright: ignore[reportAttributeAccessIssue] - it has no stubs

from tasks._text import each_once, folded, in_stretches, owners_of, read_tokens

#: Runs of three words find edited copies better than runs of two or five (FINDINGS.md).
SHINGLE_WORDS = 3
#: MinHash: pairs of values, two of which agree for nine in ten pairs of articles at J = .25, for 98% at .3.
BANDS, BAND_ROWS = 64, 2
#: Passages of eight words are picked by their hashes (winnowing): of every 13 that begin one after the other, one.  Of
#: a run of 20 words that two articles share both have picked the same; of one of 12 in seven cases of ten.
PASSAGE_WORDS, PASSAGE_WINDOW = 8, 13
#: Bits of the marks of passages, and of signatures, to which the next higher bit is added.  DuckDB packs as many as a
#: run of marks differs in, so those of a kind stand together.  Among a million articles one passage in 400 is taken for
#: another, and each value of a signature for four others, but it takes two for a comparison.
MARK_BITS, BAND_BITS = 35, 24
_SEED = 20
#: Bodies whose words are in memory at a time: 2,000 took 100 MB.
_AT_ONCE = 250
#: What is in the index was made like this; another index is made anew.
INDEX = (
    f"3 {MARK_BITS} {BAND_BITS} {SHINGLE_WORDS} {BANDS}x{BAND_ROWS} {PASSAGE_WORDS}/{PASSAGE_WINDOW}"
    f" rensa {RMinHash.ALGORITHM_VERSION}"
)

#: A mark of quotation to the marks that may close it.  The German closing mark is the English opening one.
_CLOSED_BY = {"“": "”", "„": "“”", "«": "»", "»": "«", "「": "」", "『": "』", '"': '"'}
_MARK = re.compile('[“”„«»「」『』"]')
_MARK_OR_BREAK = re.compile('[“”„«»「」『』"\n]')
_BEFORE_OPENING = re.compile(r"[\s(\[{“„«»—–-]")


@dataclass(frozen=True, slots=True)
class Texts:
    """Some bodies.

    `words`: the folded words of all of them, one after the other, as 64-bit hashes.  `quoted`: which of them stand in
    quotation marks.  `starts`: where each body begins, and the end of the last: one number more than bodies.
    """

    words: np.ndarray
    quoted: np.ndarray
    starts: np.ndarray

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def lengths(self) -> np.ndarray:
        """How many words each has."""
        return np.diff(self.starts)


@dataclass(frozen=True, slots=True)
class Grams:
    """Every run of so many words: its hash, the place in `Texts.words` where it begins, and the number of its body."""

    hashes: np.ndarray
    places: np.ndarray
    owners: np.ndarray


def read_texts(bodies: Sequence[str]) -> Texts:
    """The words of these bodies."""
    hashes, quoted, counts = [np.zeros(0, np.uint64)], [np.zeros(0, bool)], [np.zeros(1, np.int64)]
    for some in in_stretches(list(map(folded, bodies))):
        whole = "\n".join(some)
        tokens = read_tokens(whole)
        hashes.append(_mixed(tokens.numbers))
        quoted.append(_quoted(whole, tokens.starts))
        counts.append(np.bincount(owners_of(some, tokens.starts), minlength=len(some)))
    return Texts(np.concatenate(hashes), np.concatenate(quoted), np.cumsum(np.concatenate(counts)))


def _quoted(text: str, starts: np.ndarray) -> np.ndarray:
    """Which of its words, that begin there, stand in quotation marks; a mark without its fellow counts for nothing."""
    if not _MARK.search(text):
        return np.zeros(len(starts), bool)
    spans: list[tuple[int, int]] = []
    opened: list[tuple[str, int]] = []
    for found in _MARK_OR_BREAK.finditer(text):
        mark, place = found[0], found.start()
        if mark == "\n":
            opened.clear()
            continue
        straight_opening = mark == '"' and (place == 0 or _BEFORE_OPENING.match(text, place - 1) is not None)
        if opened and mark in _CLOSED_BY[opened[-1][0]] and not straight_opening:
            spans.append((opened.pop()[1], place))
        elif straight_opening or (mark in _CLOSED_BY and mark != '"'):
            opened.append((mark, place))
    steps = np.zeros(len(starts) + 1, np.int64)
    first, last = np.searchsorted(starts, np.array(spans, starts.dtype).reshape(-1, 2).T)
    np.add.at(steps, first, 1)
    np.add.at(steps, last, -1)
    return np.cumsum(steps[:-1]) > 0


def grams(texts: Texts, length: int, with_quoted: bool = False, masked: np.ndarray | None = None) -> Grams:
    """The runs of `length` words.

    `with_quoted`: the same words in quotation marks are another run.  `masked`: words that no run may hold.
    """
    count = len(texts.words) - length + 1
    if count <= 0:
        return Grams(*(np.zeros(0, kind) for kind in (np.uint64, np.int64, np.int64)))
    owners = np.repeat(np.arange(len(texts)), texts.lengths)
    whole = owners[:count] == owners[length - 1 :]
    if masked is not None and masked.any():
        before = np.concatenate([[0], np.cumsum(masked)])
        whole &= before[length:] == before[:count]
    places = np.flatnonzero(whole)
    hashes = np.zeros(count, np.uint64)
    for shift in range(length):
        hashes = hashes * np.uint64(0x100000001B3) + texts.words[shift : shift + count]
    hashes = hashes[places]
    if with_quoted:
        in_quotes = texts.quoted[places] & texts.quoted[places + length - 1]
        hashes = hashes + in_quotes.astype(np.uint64)
    return Grams(_mixed(hashes), places, owners[places])


def shingles(texts: Texts, masked: np.ndarray | None = None) -> Grams:
    """What similarity is measured by."""
    return grams(texts, SHINGLE_WORDS, with_quoted=True, masked=masked)


def pick_passages(texts: Texts) -> Grams:
    """The picked passages; their hashes are marks."""
    runs = grams(texts, PASSAGE_WORDS)
    marks = runs.hashes & np.uint64((1 << MARK_BITS) - 1)
    # By bits of their own: the least of marks would be alike in their highest bits.
    order = (runs.hashes >> np.uint64(MARK_BITS)).astype(np.uint32)
    counts = np.bincount(runs.owners, minlength=len(texts))
    firsts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    picked = np.zeros(len(marks), bool)
    if len(marks) >= PASSAGE_WINDOW:
        windows = np.lib.stride_tricks.sliding_window_view(order, PASSAGE_WINDOW)
        begins = np.flatnonzero(runs.owners[: len(windows)] == runs.owners[PASSAGE_WINDOW - 1 :])
        picked[begins + windows[begins].argmin(axis=1)] = True
    for text in np.flatnonzero((counts > 0) & (counts < PASSAGE_WINDOW)):
        first = firsts[text]
        picked[first + order[first : first + counts[text]].argmin()] = True
    return Grams(marks[picked].astype(np.int64), runs.places[picked], runs.owners[picked])


def index_marks(bodies: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of bodies, and the marks that they have: each once, those of passages first."""
    found = [np.zeros((2, 0), np.int64)]
    for first in range(0, len(bodies), _AT_ONCE):
        texts = read_texts(bodies[first : first + _AT_ONCE])
        passages = pick_passages(texts)
        owners, bands = _bands(texts)
        bits = MARK_BITS + 1
        both = each_once(np.concatenate([passages.owners << bits | passages.hashes, owners << bits | bands]))
        found.append(np.stack([first + (both >> bits), both & ((1 << bits) - 1)]))
    numbers, marks = np.concatenate(found, axis=1)
    order = np.argsort(marks >> MARK_BITS, kind="stable")
    return numbers[order], marks[order]


def _bands(texts: Texts) -> tuple[np.ndarray, np.ndarray]:
    runs = shingles(texts)
    counts = np.bincount(runs.owners, minlength=len(texts))
    filled = np.flatnonzero(counts)
    if not len(filled):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    offsets = [0, *np.cumsum(counts[filled]).tolist()]
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(runs.hashes, offsets, BANDS * BAND_ROWS, _SEED)
    digests = np.array(matrix.to_rows(), np.uint64).reshape(len(filled), BANDS, BAND_ROWS)
    values = (digests[:, :, 0] << np.uint64(32)) ^ digests[:, :, 1]
    values = _mixed(values + _mixed(np.arange(1, BANDS + 1).astype(np.uint64)))
    marks = (values & np.uint64((1 << BAND_BITS) - 1)).astype(np.int64) | (1 << MARK_BITS)
    return np.repeat(filled, BANDS), marks.ravel()


def _mixed(values: np.ndarray) -> np.ndarray:
    """Numbers of 64 bits that differ in all bits where these differ in one (the finalizer of SplitMix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
