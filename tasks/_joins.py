"""Lines that are not lines: what a writer meant as one paragraph, put together again.

Text that was wrapped at a width or split at every link is joined where a learned head (`joins`, from pages that exist
whole and split) says that a line goes on with the one above.  Of copy where many do, a second one (`rejoins`) is asked,
which knows what the first says of the places around, and how likely a line begins there by the words alone (`_cuts`).
"""

from itertools import repeat

import numpy as np

from tasks._cuts import find_cuts
from tasks._features import shifted
from tasks._parts import Part, text_of
from tasks._shapes import (
    BAR,
    CASELESS,
    CLOSE,
    COLON,
    COMMA,
    DASH,
    DIGIT,
    LOWER,
    MARK,
    OPEN,
    OTHER,
    QUOTE,
    SIGN,
    SPACE,
    STOP,
    UNSPACED,
    UPPER,
    read_shapes,
)  # fmt: skip
from tasks._trees import Model

#: Of 1,000 lines of copy that is whole, 1 or 2 are joined wrongly at this; of wrapped lines 98 in 100 are joined.
JOINED_FROM = 0.65
#: In copy where so many lines go on with the one above, less is enough.
OFTEN_JOINED = 0.05
JOINED_AMONG_OTHERS = 0.5
#: Where `rejoins` is asked, a line that begins with no small letter needs so much: of 511 headlines of split copy 11
#: more come out right than with .5 for all (public pages, cross-validated by site).
JOINED_AGAIN = 0.8
#: In copy of more stretches than this nothing is joined.
MOST_PARTS = 50_000
#: What stands in brackets that open at the end of a line, at most.
MOST_IN_BRACKETS = 5
LONGEST_IN_BRACKETS = 80
_OPENING = ("(", "[")


def group_parts(parts: list[Part], model: Model) -> list[list[Part]]:
    """The parts, those together that make one paragraph."""
    groups: list[list[Part]] = []
    head = model.heads.get("joins")
    is_tried = head is not None and 1 < len(parts) <= MOST_PARTS and not _has_lost_capitals(parts)
    values = join_features(parts) if is_tried else np.zeros((0, 0))
    odds = head.probability(values) if head and is_tried else np.zeros(len(parts))
    is_split = are_split(odds)
    least = JOINED_AMONG_OTHERS if is_split else JOINED_FROM
    again = model.heads.get("rejoins") if is_split else None
    if again and (known := rejoin_features(parts, values, odds, model)) is not None:
        odds, least = again.probability(known), JOINED_AGAIN
    opens = any(part.raw.endswith(_OPENING) for part in parts)
    for index, (part, above) in enumerate(zip(parts, [0.0, *odds.tolist()], strict=False)):
        enough = JOINED_AMONG_OTHERS if is_split and part.text[:1].islower() else least
        if index and part.goes_on is None and (above > enough or (opens and _is_open(groups[-1], part))):
            groups[-1].append(part)
        else:
            groups.append([part])
    return groups


def are_split(odds: np.ndarray) -> bool:
    """Whether so many lines go on with the one above (by these odds) that copy was wrapped or split at its links."""
    return bool((odds > JOINED_FROM).sum() > OFTEN_JOINED * (len(odds) + 1))


def _has_lost_capitals(parts: list[Part]) -> bool:
    """Whether all letters were made small: then every line looks as if it went on with the one above."""
    text = " ".join(part.text for part in parts)
    return text.islower() and sum(map(str.isupper, text.upper())) > len(text) / 2


def _is_open(group: list[Part], part: Part) -> bool:
    """Whether a bracket was opened at the end of a line: a credit split at its links, `(`, `Image:`, `Ann Lee)`."""
    if part.gap or len(group) > MOST_IN_BRACKETS or len(part.raw) > LONGEST_IN_BRACKETS:
        return False
    opened = next((n for n in range(len(group) - 1, -1, -1) if group[n].raw.endswith(_OPENING)), None)
    return opened is not None and not any(")" in later.raw or "]" in later.raw for later in group[opened + 1 :])


_GROUP = np.zeros(17, np.int64)
for _classes, _group in (
    ((LOWER, CASELESS, MARK, UNSPACED), 0), ((UPPER,), 1), ((DIGIT,), 2), ((COMMA,), 3), ((COLON,), 4), ((STOP,), 5),
    ((QUOTE,), 6), ((OPEN, CLOSE), 7), ((DASH, BAR, SIGN, OTHER, SPACE), 8),
):  # fmt: skip
    _GROUP[list(_classes)] = _group
_ONE_OF = np.eye(9, dtype=np.float32)


def join_features(parts: list[Part]) -> np.ndarray:
    """What the head `joins` sees of the place below each part but the last, (parts - 1, features)."""
    lines = [part.text or "." for part in parts]
    shapes = read_shapes(lines)  # the same as those of the lines, where nothing is joined
    places = len(lines) - 1
    characters = shapes.characters
    sizes = np.fromiter(map(len, lines), np.float32, len(lines))
    width = np.sort(characters)[int(len(characters) * 0.9)]
    first_space = np.fromiter(map(str.find, lines, repeat(" ")), np.float32, len(lines))
    first_word = np.where(first_space < 0, sizes, first_space)
    last_word = sizes - 1 - np.fromiter(map(str.rfind, lines, repeat(" ")), np.float32, len(lines))
    small = np.isin(shapes.first, (LOWER, COMMA, STOP, CLOSE, COLON)).astype(np.float32)
    is_long = shapes.words >= 8
    gaps = np.fromiter([part.gap for part in parts], np.float32, len(parts))
    capital = shapes.capitals / np.maximum(shapes.words, 1)
    length = np.log1p(shapes.words)
    above, below = slice(0, places), slice(1, places + 1)
    reach = characters[above] + 1 + first_word[below]
    of_copy = (
        gaps[1:].mean(), small.mean(), ((shapes.stops == 0) & is_long).sum() / max(1, is_long.sum()),
        np.log1p(characters.mean()), np.log1p(width),
    )  # fmt: skip
    (length_above, length_below), (small_above, small_below) = shifted(length, 1, -1), shifted(small, 1, -1)
    columns = [
        *of_copy,
        gaps[below], characters[above] / width, characters[below] / width, reach > width, (reach - width) / width,
        reach / characters.max(), shapes.stops[above], shapes.stops[below], length[above], length[below],
        capital[above], capital[below], first_word[below], last_word[above], shapes.sentences[above],
        shapes.sentences[below], shapes.counts[above, COMMA], shapes.counts[below, COMMA],
        length_above[above], length_below[below], small_above[above], small_below[below],
        small[above], small[below], shifted(shapes.stops, 1)[0][above],
    ]  # fmt: skip
    ends = (shapes.last[above], shapes.first[below], shapes.first[above], shapes.last[below])
    values = np.empty((len(columns) + len(ends) * len(_ONE_OF), places), np.float32)
    for row, column in zip(values, columns, strict=False):
        row[:] = column
    np.concatenate([_ONE_OF[:, _GROUP[classes]] for classes in ends], out=values[len(columns) :])
    return values.T


def rejoin_features(parts: list[Part], values: np.ndarray, odds: np.ndarray, model: Model) -> np.ndarray | None:
    """What the head `rejoins` sees of the place below each part but the last, (parts - 1, features).

    `values`, `odds`: what the head `joins` sees and says of it.  None where `model` says nothing of the words.
    """
    begins = np.cumsum([len(part.raw) + 1 for part in parts[:-1]])
    cuts = find_cuts(text_of(parts), model, begins)
    if cuts is None:
        return None
    place = np.minimum(np.searchsorted(cuts.begins, begins), len(cuts.begins) - 1)
    by_words = np.where(cuts.begins[place] == begins, cuts.odds[place], 0)
    told = [column for column in (by_words, odds) for column in (column, *shifted(column, 1, -1, 2, -2))]
    return np.concatenate([values, np.stack(told, axis=1)], axis=1, dtype=np.float32)
