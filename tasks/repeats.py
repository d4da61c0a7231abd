"""Copy that holds its own text twice: the first copy stays, the second is taken out.

Seed and extend over words, as sequence aligners do: runs of SEED equal words that stand twice are seeds; a seed grows
on both sides over equal words and short differences; runs that go on with each other are a copy when they are long.
Sentences that merely come again (a refrain, a quotation) are too short to count.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from schemas.draft import BODY, Draft, Piece
from tasks._text import WORD, folded, folded_words, read_tokens
from tasks._text import words as all_words

# Figures of the prototype on public news with 0 to 5% of words changed: recall .998, precision 1.0, three alarms in 519
# clean articles (seeds of five words, up to three differing words bridged, runs of 50 words, 25 when most of the body).
SEED = 5
#: Differing words that an extension may step over, on either side.
MOST_DIFFERING = 12
#: Of a copy at least this share of the words are equal; a refrain between new verses is less.
EQUAL_SHARE = 0.85
SHORTEST_COPY = 50
#: A pasted copy is this share of the text before it at least; product blurbs that come again in a long guide are less.
SHARE_OF_BODY = 0.4
#: A shorter run counts when it is most of what stands before it.
SHORTEST_COPY_OF_MOST = 25
MOST_OF_BODY = 0.6
#: Rows of a table are alike in their numbers: a run mostly of these counts only when it is the whole text again.
MOST_NUMBERS = 0.5
WHOLE_BODY = 0.9
#: A copy may be broken into runs, in the same order, by words that only one of the two has.
SHORTEST_RUN = 8
LONGEST_GAP = 80
COPIED_SHARE = 0.75
#: A paragraph is repeated when this share of its words lies in a copy.
PARAGRAPH_SHARE = 0.6
RULE = "repeats:second copy of the body"
_ODD = np.uint64(0x9E3779B97F4A7C15)


def mark_repeats(draft: Draft) -> Draft:
    """The draft with the paragraphs of a second copy taken as `repeated`, and flagged `repeated_body`."""
    places = [n for n, piece in enumerate(draft.pieces) if piece.kind == BODY]
    texts = [draft.pieces[n].text for n in places]
    again = _words_again(folded("\n\n".join(texts)))
    if not again:
        return draft
    paragraphs = map(folded_words, texts)
    pieces: list[Piece] = []
    by_place = dict(zip(places, paragraphs, strict=True))
    start = 0
    for place, piece in enumerate(draft.pieces):
        words = by_place.get(place)
        if words is None:
            pieces.append(piece)
            continue
        pieces.extend(_cut(piece, [i in again for i in range(start, start + len(words))]))
        start += len(words)
    if all(one is other for one, other in zip(pieces, draft.pieces, strict=False)):
        return draft
    return replace(draft, pieces=tuple(pieces), flags=(*draft.flags, "repeated_body"))


def _cut(piece: Piece, is_again: list[bool]) -> list[Piece]:
    """A paragraph as it is, taken out, or in two where the second copy begins in the middle of it.

    `is_again`: for each of its words whether it belongs to a second copy.
    """
    lead = is_again.index(True) if True in is_again else len(is_again)
    rest = is_again[lead:]
    if not rest or sum(rest) < PARAGRAPH_SHARE * len(rest):
        return [piece]
    if lead < SEED:
        return [piece.taken_as("repeated", RULE)]
    found = list(WORD.finditer(piece.text))
    # Where folding makes other words of a text (a ligature, a sign) there is no telling the place: it stays whole.
    if len(found) != len(is_again) or len(rest) < SHORTEST_COPY_OF_MOST:
        return [piece]
    at = found[lead].start()
    kept, copy = piece.text[:at].rstrip(), piece.text[at:]
    position = piece.position if piece.line is None else piece.position + at
    return [piece._replace(text=kept), piece._replace(text=copy, position=position, kind="repeated", rule=RULE)]


def _words_again(text: str) -> set[int]:
    """The numbers of the words that belong to a second copy."""
    again: set[int] = set()
    runs = _find_runs(read_tokens(text).numbers)
    words = all_words(text) if runs else []
    for chain in _chains(runs):
        start, end = chain[0].start, chain[-1].end
        length = sum(run.end - run.start for run in chain)
        long_enough = length >= SHORTEST_COPY and length >= SHARE_OF_BODY * start
        of_most = length >= SHORTEST_COPY_OF_MOST and length >= MOST_OF_BODY * start
        is_row = _is_table(words[start:end]) and length < WHOLE_BODY * start
        if (long_enough or of_most) and length >= COPIED_SHARE * (end - start) and not is_row:
            again.update(i for run in chain for i in range(run.start, run.end))
    return again


def _is_table(words: Sequence[str]) -> bool:
    return sum(word.isdigit() for word in words) > MOST_NUMBERS * len(words)


@dataclass(frozen=True, slots=True)
class _Run:
    """Words `start` to `end` (behind the last) that repeat those from `source` to `source_end`."""

    start: int
    end: int
    source: int
    source_end: int


def _find_runs(numbers: np.ndarray) -> list[_Run]:
    """The runs of words that stood before; `numbers`: of the words."""
    runs: list[_Run] = []
    seeds = _seeds(numbers)
    words = numbers.tolist() if seeds else []
    backwards = words[::-1]
    count = len(words)
    reached = 0
    for position, earlier in seeds:
        if position >= reached:
            ahead, copied = _extend(words, (earlier, position), (position, count))
            # Before the seed there may be a difference behind which the copy began: never back into the run before.
            one, other = count - earlier, count - position
            limits = min(count, one + LONGEST_GAP), min(count - reached, other + LONGEST_GAP, one - SEED)
            before, copied_before = _extend(backwards, (one, other), limits, max(copied, SHORTEST_RUN))
            if copied + copied_before >= SHORTEST_RUN:
                runs.append(_Run(position - copied_before, position + copied, earlier - before, earlier + ahead))
                reached = position + copied
    return runs


def _seeds(numbers: np.ndarray) -> list[tuple[int, int]]:
    """Where SEED words stand that stood before, and where they stood first, not overlapping; in much copy nowhere.

    Each seed is one number as well; that two get the same by chance is harmless.
    """
    count = len(numbers) - SEED + 1
    if count < 2:
        return []
    seeds = np.zeros(count, np.uint64)
    for i in range(SEED):
        seeds = seeds * _ODD + numbers[i : i + count]
    order = np.argsort(seeds, kind="stable")
    is_new = np.concatenate(([True], seeds[order][1:] != seeds[order][:-1]))
    first = np.empty(count, np.int64)
    first[order] = order[np.maximum.accumulate(np.where(is_new, np.arange(count), 0))]
    places = np.flatnonzero(first + SEED <= np.arange(count))
    return list(zip(places.tolist(), first[places].tolist(), strict=True))


def _chains(runs: list[_Run]) -> Iterator[list[_Run]]:
    """Runs that go on with each other, in the same order as their sources, behind short gaps."""
    chain: list[_Run] = []
    for run in runs:
        if chain and not (run.start - chain[-1].end <= LONGEST_GAP and run.source >= chain[-1].source_end - SEED):
            yield chain
            chain = []
        chain.append(run)
    if chain:
        yield chain


def _extend(words: Sequence[int], starts: tuple[int, int], limits: tuple[int, int], equal: int = 0) -> tuple[int, int]:
    """How many words a text and its copy go on for, from `starts` to `limits` at most: up to their last equal words
    up to which most are equal.

    `equal`: equal words that are known to stand before.
    """
    (one, other), known = starts, equal
    ends = starts
    while other < limits[1] and one < limits[0]:
        if words[one] == words[other]:
            one, other, equal = one + 1, other + 1, equal + 1
            if equal >= EQUAL_SHARE * (known + max(one - starts[0], other - starts[1])):
                ends = one, other
            continue
        # Two texts share many a phrase of five words; only what has gone on longer is worth a look past a difference.
        step = _bridge(words, one, other, limits) if equal >= SHORTEST_RUN else None
        if step is None:
            break
        one, other = one + step[0], other + step[1]
    return ends[0] - starts[0], ends[1] - starts[1]


def _bridge(words: Sequence[int], one: int, other: int, limits: tuple[int, int]) -> tuple[int, int] | None:
    """The smallest step over differing words behind which two words (three for longer steps) agree again."""
    ahead = words[one : one + MOST_DIFFERING + 2], words[other : other + MOST_DIFFERING + 2]
    if set(pairwise(ahead[0])).isdisjoint(pairwise(ahead[1])):  # nearly always
        return None
    for total in range(1, 2 * MOST_DIFFERING + 1):
        need = 2 if total <= 2 else 3
        for skip in range(max(0, total - MOST_DIFFERING), min(total, MOST_DIFFERING) + 1):
            left, right = one + skip, other + total - skip
            if (
                left + need <= limits[0]
                and right + need <= limits[1]
                and words[left] == words[right]
                and words[left : left + need] == words[right : right + need]
            ):
                return skip, total - skip
    return None
