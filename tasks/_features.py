"""What the labeller sees of each line: numbers about the line, its neighbours, and its place in the copy.

FEATURES names them in order; `explain` shows those names.  Which are here was measured: without neighbours and local
means most is lost, without the wording 1 to 2 points, and 80 more features that were tried add nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from schemas.outcome import KINDS
from tasks._shapes import BAR, COLON, COMMA, LOWER, QUOTE, UNSPACED, UPPER, Shapes, read_shapes
from tasks._trees import Model
from tasks._words import Words, read_words, wording_of

_RADII = (1, 3, 8, 20)
_AROUND = ("words", "sentences", "wording", "capital words", "prose", "shared words")
#: A paragraph longer than this speaks no louder for prose.
PROSE_WORDS = 80.0
#: Furniture that says much about what follows it.
PLACE_OF_KIND = {"": -1, **{kind: number for number, kind in enumerate(KINDS)}}
HEADERS = ("comment_widget", "related_links", "subscribe_prompt", "share_prompt", "legal")


class Seen(Protocol):
    """What is needed of a line: text, the same casefolded, the furniture that a phrase makes it, whether it is a
    timestamp.
    """

    text: str
    folded: str

    @property
    def phrase(self) -> str: ...

    @property
    def is_stamp(self) -> bool: ...


def shifted(values: np.ndarray, *places: int) -> list[np.ndarray]:
    """For each of some numbers the values of the lines so many places above each line, 0 where there is none."""
    most, count = max(map(abs, places)), len(values)
    padded = np.zeros(count + 2 * most, values.dtype)
    padded[most : most + count] = values
    return [padded[most - by : most - by + count] for by in places]


def around(values: np.ndarray, *radii: int) -> list[np.ndarray]:
    """For each radius the means, for each line (the last axis), over the lines up to so many places away."""
    most, count = max(radii), values.shape[-1]
    sums = np.zeros((*values.shape[:-1], count + 1 + 2 * most))
    np.cumsum(values, axis=-1, out=sums[..., most + 1 : most + 1 + count])
    sums[..., most + 1 + count :] = sums[..., most + count, None]
    spots, means = np.arange(count), []
    for radius in radii:
        many = np.minimum(spots + radius + 1, count) - np.maximum(spots - radius, 0)
        first, behind = most - radius, most + radius + 1
        means.append((sums[..., behind : behind + count] - sums[..., first : first + count]) / many)
    return means


def prose_of(shapes: Shapes) -> np.ndarray:
    """How much each line speaks for prose: sentences by their words, long lines also without a full stop."""
    words, stops = shapes.words, shapes.stops > 0
    prose = np.where(stops & (words >= 8), np.minimum(words, PROSE_WORDS) / 12, 0)
    prose = np.where(stops & (words >= 4) & (words < 8), 0.05, prose)
    return np.where(~stops & (words >= 19), np.minimum(words, 60) / 20, prose)


def best_run(prose: np.ndarray, words: np.ndarray) -> tuple[int, int]:
    """First and last line of the best run of prose; (0, -1) when nothing reads like it.

    Kadane's maximum subarray: prose gains, lines between cost, up to 14 a gap, so that a long list does not end it.
    """
    best, found = 0.0, (0, -1)
    total, start, gap = 0.0, 0, 0.0
    for index, (gain, count) in enumerate(zip(prose.tolist(), words.tolist(), strict=True)):
        if gain <= 0:
            gap += 1.0 if count < 4 else 0.5
            continue
        carried = total - min(gap, 14.0)
        if total <= 0 or carried <= 0:
            carried, start = 0.0, index
        total, gap = carried + gain, 0.0
        if total > best:
            best, found = total, (start, index)
    return found


def shared_words(words: Words, is_prose: np.ndarray) -> np.ndarray:
    """The share of each line's words, rare ones counting more, that also stand in another line of prose."""
    count = len(words.folded)
    rarity = words.lexicon.rarity[words.learned[words.once_ids]]
    inside = is_prose[words.once_lines]
    held = np.bincount(words.once_ids[inside], minlength=len(words.first))
    is_shared = held[words.once_ids] > inside
    total = np.bincount(words.once_lines, rarity, count)
    return np.bincount(words.once_lines, rarity * is_shared, count) / np.maximum(total, 1e-9)


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen of the lines of a copy together, an entry a line.

    `kinds`: places in `KINDS` of the phrases that lines were recognised as, -1 of none.  `stamps`: 1 where a line is a
    timestamp.  `times`: how often it stands in the copy, 9 at most.  `earlier`: how often above.  `wording`: log-odds
    of its words of standing in a body.
    """

    shapes: Shapes
    words: Words
    kinds: np.ndarray
    stamps: np.ndarray
    times: np.ndarray
    earlier: np.ndarray
    wording: np.ndarray


def look_at(lines: Sequence[Seen], model: Model) -> Sight:
    """The lines of a copy, looked at together."""
    texts = [line.text or "." for line in lines]  # of control characters only
    words = read_words([line.folded or "." for line in lines], model.lexicon)
    number_of = {text: number for number, text in enumerate(dict.fromkeys(words.folded))}
    which = np.fromiter(map(number_of.__getitem__, words.folded), np.int64, len(lines))
    order = np.argsort(which, kind="stable")
    earlier = np.empty(len(lines), np.int64)
    earlier[order] = np.arange(len(lines)) - np.searchsorted(which[order], which[order])
    return Sight(
        shapes=read_shapes(texts),
        words=words,
        kinds=np.array([PLACE_OF_KIND[line.phrase] for line in lines], np.int64),
        stamps=np.array([line.is_stamp for line in lines], np.float32),
        times=np.minimum(np.bincount(which, minlength=1)[which], 9),
        earlier=earlier,
        wording=wording_of(words),
    )


def line_features(sight: Sight) -> np.ndarray:
    """(lines, len(FEATURES)) float32."""
    values = np.empty((len(FEATURES), len(sight.times)), np.float32)
    for row, (_, column) in zip(values, _columns(sight), strict=True):
        row[:] = column
    return values.T


def _columns(sight: Sight) -> Iterator[tuple[str, np.ndarray]]:
    """The features by name; one that is the same for all lines of a copy as a single value."""
    shapes, wording, times = sight.shapes, sight.wording, sight.times
    count = len(sight.times)
    prose = prose_of(shapes)
    is_prose = prose > 0.5
    words, characters = shapes.words, shapes.characters
    length = np.log1p(words)
    capital_words = shapes.capitals / np.maximum(words, 1)
    shared = shared_words(sight.words, is_prose)
    judged = np.bincount(sight.words.lines[sight.words.judged], minlength=count)

    yield "words", length
    yield "characters", np.log1p(characters)
    yield "ends as a sentence", shapes.stops
    yield "sentences", shapes.sentences
    yield "commas", shapes.counts[:, COMMA] / np.maximum(words, 1)
    yield "bars", shapes.counts[:, BAR] / np.maximum(words, 1)
    yield "quotes", shapes.counts[:, QUOTE]
    yield "capital words", capital_words
    letters = shapes.counts[:, LOWER] + shapes.counts[:, UPPER]
    yield "capitals", shapes.counts[:, UPPER] / np.maximum(letters, 1)
    yield "length of its words", characters / np.maximum(words, 1)
    yield "ends with a colon", shapes.last == COLON
    yield "ends with a quote", shapes.last == QUOTE
    yield "wording", wording
    yield "wording by word", wording / np.sqrt(np.maximum(judged, 1))
    yield "words shared with the prose", shared
    yield "times in the copy", times
    for name, values in (("wording", wording), ("times in the copy", times), ("capital words", capital_words)):
        above, below = shifted(values, 1, -1)
        yield f"{name}, line above", above
        yield f"{name}, line below", below
    above, below = shifted(length, 1, -1)
    yield "words, line above", above
    yield "words, line below", below
    together = np.stack((length, shapes.stops, wording, capital_words, prose, shared))
    for radius, means in zip(_RADII, around(together, *_RADII), strict=True):
        for name, mean in zip(_AROUND, means, strict=True):
            yield f"{name} within {radius}", mean
    squares, mean = around(np.stack((length * length, length)), 4)[0]
    yield "spread of words", np.sqrt(np.maximum(squares - mean**2, 0))
    run = best_run(prose, words)
    yield from _places(prose, is_prose, length, words, run)
    yield from _furniture(sight, prose, run[0])
    yield "lines of the copy", np.log1p(np.float32(count))
    yield "words of the copy", np.log1p(words.sum())
    yield "mean words of the copy", length.mean()
    yield "share of sentences", _mean(shapes.stops[words >= 8])
    yield "unspaced script", shapes.counts[:, UNSPACED].sum() / max(characters.sum(), 1)


_NONE = np.full(1, -1.0)


def _mean(values: np.ndarray) -> np.ndarray:
    """The mean of these values, 0 of none."""
    return np.asarray(values.mean() if len(values) else 0.0)


def _places(
    prose: np.ndarray, is_prose: np.ndarray, length: np.ndarray, words: np.ndarray, run: tuple[int, int]
) -> Iterator[tuple[str, np.ndarray]]:
    """Where the line stands, and where the prose is from there; `run`: first and last line of the best run of it."""
    count = len(prose)
    spots = np.arange(count)
    run_first, run_last = run
    below = np.cumsum(prose)
    total = max(float(below[-1]), 1e-6)
    yield "lines above", np.log1p(spots)
    yield "lines below", np.log1p(count - 1 - spots)
    yield "place in the copy", spots / max(count - 1, 1)
    yield "share of prose above", (below - prose) / total
    yield "prose above", np.log1p(below - prose)
    yield "prose below", np.log1p(np.maximum(total - below, 0))
    yield "in the best run", (spots >= run_first) & (spots <= run_last)
    yield "from the start of the best run", np.clip(spots - run_first, -40, 40)
    yield "from the end of the best run", np.clip(run_last - spots, -40, 40)
    last = np.maximum.accumulate(np.where(is_prose, spots, -1))
    after = np.minimum.accumulate(np.where(is_prose, spots, count)[::-1])[::-1]
    last, after = np.concatenate(([-1], last[:-1])), np.concatenate((after[1:], [count]))
    yield "lines since prose", np.where(last >= 0, np.minimum(spots - last, 40), 40)
    yield "lines until prose", np.where(after < count, np.minimum(after - spots, 40), 40)
    yield "words of the prose above", np.where(last >= 0, length[np.maximum(last, 0)], 0)
    for radius, mass in zip((8, 25), around(prose, 8, 25), strict=True):
        yield f"share of the densest prose within {radius}", mass / max(float(mass.max()), 1e-6)
    run_words = words[run_first : run_last + 1].sum()
    yield "words of the best run", np.log1p(run_words)
    yield "share of words in the best run", run_words / max(words.sum(), 1)
    yield "share of words in prose", words[is_prose].sum() / max(words.sum(), 1)
    yield "mean words of prose", _mean(length[is_prose])


def _furniture(sight: Sight, prose: np.ndarray, start: int) -> Iterator[tuple[str, np.ndarray]]:
    """Known furniture and timestamps near the line, and above it since the prose began at `start`."""
    kinds, stamps = sight.kinds, sight.stamps
    spots = np.arange(len(kinds))
    below = np.cumsum(prose)
    total = max(float(below[-1]), 1e-6)
    known = (kinds >= 0).astype(np.float32)
    for name, values, radii in (("furniture", known, (3, 10)), ("timestamps", stamps, (2, 6, 15))):
        for radius, mean in zip(radii, around(values, *radii), strict=True):
            yield f"{name} within {radius}", mean
    for kind in HEADERS:
        here = kinds == PLACE_OF_KIND[kind]
        if not here.any():
            yield f"share of prose before {kind}", _NONE
            yield f"prose since {kind}", _NONE
            yield f"{kind} above", np.zeros(1)
            yield f"lines since {kind}", np.full(1, 60)
            continue
        inside = here & (spots > start)
        since = np.maximum.accumulate(np.where(inside, spots, -1))
        there = since >= 0
        passed = below[np.maximum(since, 0)]
        yield f"share of prose before {kind}", np.where(there, passed / total, -1)
        yield f"prose since {kind}", np.where(there, np.log1p(below - passed), -1)
        yield f"{kind} above", np.minimum(np.cumsum(inside), 20)
        near = np.maximum.accumulate(np.where(here, spots, -1000))
        yield f"lines since {kind}", np.minimum(spots - near, 60)


class _Probe:
    text, folded, phrase, is_stamp = "A", "a", "", False


FEATURES: tuple[str, ...] = tuple(name for name, _ in _columns(look_at([_Probe()], Model({}, {}, 1.0, {}))))
