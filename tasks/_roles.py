"""What the labeller sees of the lines around the body, to tell the headline, bylines, times and captions among them."""

import re
from collections.abc import Iterable, Sequence

import numpy as np

from tasks._dates import TimestampLine, read_dated_line
from tasks._features import PLACE_OF_KIND, Sight, shifted
from tasks._lines import Line
from tasks._names import is_person_name
from tasks._pictures import cut_credit
from tasks._text import each_once
from tasks._words import Words

#: Lines above the body and behind it that may play a role.
ABOVE, BEHIND = 60, 8
#: A gap of so many lines ends the body: what follows is another text.
WIDEST_GAP = 15
#: Cross-validated by site: of .2, .1, .05 and .02 each found more headlines, names and days of long pages; .05 wins 18
#: headlines in 1,000 pages of guides and reviews over the largest run alone, 30 bylines and 16 days.
FAIR_SHARE = 0.05
LONGEST_SIGNATURE = 25
#: Of a line so many words are held against the body's.
MOST_TOLD = 60
#: Words that begin with the same so many characters may be forms of one.
LONGEST_STEM = 5
_TELLING_KINDS = ("navigation", "share_prompt", "comment_widget", "credit", "caption", "byline", "related_links")
SIGNED = re.compile(
    r"^(?:by|words by|text by|story by|written by|posted by|reported by|report by|analysis by|opinion by|"
    r"interview by|review by|"
    r"von|par|por|di|door|af|av|przez|autor|autora|autorin|text|texte|texto|testo|tekst|автор|автор:|тексты?)\s*[:.]?\s+(?=\w)",
    re.I,
)
OUTLET_TAIL = re.compile(r"\s+[|–—»·-]\s+[^|–—»·]{2,40}$")
LONGEST_TAIL = 44


def body_span(lines: Sequence[Line]) -> tuple[int, int]:
    """First and last line of the body; (0, -1) where there is none.

    It ends where the run of body lines with most words ends, and begins with the first run that has a fair share of
    that many: reviews and guides are cut up by boxes and tables longer than what parts two texts.
    """
    runs: list[tuple[int, int, float]] = []
    for index, words in [(n, max(line.words, 1.0)) for n, line in enumerate(lines) if line.body > 0.5]:
        if runs and index - runs[-1][1] <= WIDEST_GAP:
            first, _, before = runs.pop()
            runs.append((first, index, before + words))
        else:
            runs.append((index, index, words))
    if not runs:
        return 0, -1
    _, last, most = max(runs, key=lambda run: run[2])
    return next(first for first, _, words in runs if words >= FAIR_SHARE * most), last


def is_signed(text: str) -> bool:
    """Whether a line begins as bylines do: `By`, `Von`, `Texte :`, and then no small letter."""
    found = SIGNED.match(text)
    return bool(found and not text[found.end() :][:1].islower())


def dated(line: Line) -> TimestampLine | None:
    """The times of a line that is a timestamp, or holds one beside a few other words."""
    if line.stamp:
        return line.stamp
    if line.words > LONGEST_SIGNATURE or line.stops or not line.has_digit:
        return None
    found = read_dated_line(line.text)
    return found[1] if found else None


def role_rows(first: int, last: int, count: int) -> list[int]:
    """The lines that may play a role about a body from `first` to `last`."""
    return list(range(max(0, first - ABOVE), min(count, last + BEHIND + 1)))


class RoleFeatures:
    """The numbers behind the roles of the lines `rows`; `of_title` first, `of_others` when the headline is known.

    `values`: what `line_features` says of the lines; `span`: first and last line of the body (`body_span`).
    """

    def __init__(self, lines: Sequence[Line], sight: Sight, values: np.ndarray, span: tuple[int, int]) -> None:
        first, last = span
        count = len(lines)
        self.rows = role_rows(first, last, count)
        self._lines = lines
        rows = slice(self.rows[0], self.rows[-1] + 1)
        body = np.fromiter([line.body for line in lines], np.float32, count)
        spots = np.arange(count)
        columns = [body, *shifted(body, -3, -2, -1, 1, 2, 3)]
        columns += [np.clip(spots - first, -60, 30), np.clip(spots - last, -200, 12)]
        marks = _marks(lines, range(max(0, first - ABOVE - 4), min(count, last + BEHIND + 5)))
        for here, reach in zip(marks, (2, 2, 4, 1), strict=True):
            columns += [here, *shifted(here, *(by for by in range(-reach, reach + 1) if by))]
        for kind in _TELLING_KINDS:
            here = (sight.kinds == PLACE_OF_KIND[kind]).astype(np.float32)
            columns += [here, *shifted(here, -1, 1)]
        times = marks[2] > 0.5
        words = sight.words
        told = words.sums(words.lexicon.caption[words.learned], words.judged)
        judged = np.bincount(words.lines[words.judged], minlength=count)
        columns += [np.cumsum(times) - times, sight.times, np.minimum(sight.earlier, 3)]
        columns += [told, told / np.sqrt(np.maximum(judged, 1))]
        columns += _wording(words, rows, body > 0.5, span)
        texts = [line.text for line in lines[rows]]
        own = np.zeros((4, count), np.float32)
        own[0, rows] = [OUTLET_TAIL.search(text, len(text) - LONGEST_TAIL) is not None for text in texts]
        own[1, rows] = [text[-1:] in "?!" for text in texts]
        own[2, rows] = [text.isupper() for text in texts]
        own[3, rows] = [line.bullet for line in lines[rows]]
        columns += list(own)
        self._base = np.empty((values.shape[1] + len(columns), len(self.rows)), np.float32)
        self._base[: values.shape[1]] = values.T[:, rows]
        for row, column in zip(self._base[values.shape[1] :], columns, strict=True):
            row[:] = column[rows]

    def of_title(self) -> np.ndarray:
        """(rows, features) for the head `title`."""
        return self._base.T

    def of_others(self, title: int | None, odds: np.ndarray) -> np.ndarray:
        """(rows, features) for `byline`, `time` and `caption`; `title`: the headline's line; `odds`: of each row."""
        rows = np.array(self.rows)
        away = np.clip(rows - title, -40, 40) if title is not None else np.full(len(rows), 41)
        headline = None if title is None else self._lines[title].text
        same = [self._lines[row].text == headline for row in self.rows]
        return np.concatenate([self._base, np.stack([away, odds, same]).astype(np.float32)]).T


def _marks(lines: Sequence[Line], near: Iterable[int]) -> tuple[np.ndarray, ...]:
    """Where the lines `near` the body are names, sign, give times and end with a credit; 0 elsewhere."""
    marks = names, signed, times, credit = tuple(np.zeros(len(lines), np.float32) for _ in range(4))
    for index in near:
        line = lines[index]
        if line.words <= 8 and not line.stamp and is_person_name(line.text):
            names[index] = 1
        if line.words <= LONGEST_SIGNATURE and is_signed(line.text):
            signed[index] = 1
        if line.has_digit and (stamp := dated(line)):
            times[index] = (1.0 if line.stamp else 0.6) * (1.0 if stamp.published else 0.8 if stamp.updated else 0.2)
        if line.hints and line.words <= 60 and cut_credit(line)[1] is not None:
            credit[index] = 1
    return marks


def _wording(words: Words, rows: slice, is_body: np.ndarray, span: tuple[int, int]) -> list[np.ndarray]:
    """What lines have in common with the body: the share of their telling words that it has too, how many, of how many,
    and how rare they are in it.
    """
    count = len(words.folded)
    sizes = words.sizes
    stem_numbers, stems = np.unique(words.tokens.beginnings(words.first, LONGEST_STEM), return_inverse=True)
    is_body = is_body.copy()
    is_body[: span[0]] = is_body[span[1] + 1 :] = False

    def held(ids: np.ndarray, lines: np.ndarray, many: int) -> np.ndarray:
        """In how many lines of the body each word, or beginning of one, stands."""
        return np.bincount(each_once(lines * many + ids) % max(many, 1), minlength=many)

    inside = is_body[words.lines]
    ids, lines = words.ids[inside], words.lines[inside]
    by_word = held(ids, lines, len(sizes))
    is_long = sizes[ids] >= LONGEST_STEM
    by_stem = held(stems[ids[is_long]], lines[is_long], len(stem_numbers))
    asked = np.zeros(count, bool)
    asked[rows] = True
    is_telling = (sizes >= 4) | ~words.is_ascii
    chosen = asked[words.lines] & (words.places < MOST_TOLD) & is_telling[words.ids]
    ids, lines = words.ids[chosen], words.lines[chosen]
    own = is_body[lines]
    has = by_word[ids] > own
    common = np.bincount(lines[has | ((by_stem[stems[ids]] > own) & (sizes[ids] >= LONGEST_STEM))], minlength=count)
    telling = np.bincount(lines, minlength=count)
    rare = np.bincount(lines[has], 1 / by_word[ids[has]], count)
    return [common / np.maximum(telling, 2), common, telling, rare]
