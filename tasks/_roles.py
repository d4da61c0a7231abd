"""What the labeller sees of the lines around the body, to tell the headline, bylines, times and captions among them."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import repeat

import numpy as np

from tasks._dates import TimestampLine, read_dated_line
from tasks._features import shifted
from tasks._lines import Line
from tasks._names import is_person_name
from tasks._pictures import cut_credit
from tasks._text import folded_words
from tasks._trees import Model

#: Lines above the body and behind it that may play a role.
ABOVE, BEHIND = 60, 8
#: A gap of so many lines ends the body: what follows is another text.
WIDEST_GAP = 15
LONGEST_SIGNATURE = 25
SIGNED = re.compile(
    r"^(?:by|words by|text by|story by|written by|posted by|reported by|report by|analysis by|opinion by|"
    r"interview by|review by|"
    r"von|par|por|di|door|af|av|przez|autor|autora|autorin|text|texte|texto|testo|tekst|автор|автор:|тексты?)\s*[:.]?\s+(?=\w)",
    re.I,
)
OUTLET_TAIL = re.compile(r"\s+[|–—»·-]\s+[^|–—»·]{2,40}$")


def body_span(lines: Sequence[Line]) -> tuple[int, int]:
    """First and last line of the run of body lines with most words; (0, -1) where there is none."""
    best, found = 0.0, (0, -1)
    first, last, words = 0, -WIDEST_GAP - 1, 0.0
    for index, line in enumerate(lines):
        if line.body <= 0.5:
            continue
        if index - last > WIDEST_GAP:
            first, words = index, 0.0
        last = index
        words += max(line.words, 1.0)
        if words > best:
            best, found = words, (first, last)
    return found


def is_signed(text: str) -> bool:
    """Whether a line begins as bylines do: `By`, `Von`, `Texte :`, and then no small letter."""
    found = SIGNED.match(text)
    return bool(found and not text[found.end() :][:1].islower())


def dated(line: Line) -> TimestampLine | None:
    """The times of a line that is a timestamp, or holds one beside a few other words."""
    if line.stamp:
        return line.stamp
    if line.words > LONGEST_SIGNATURE or line.stops:
        return None
    found = read_dated_line(line.text)
    return found[1] if found else None


def role_rows(first: int, last: int, count: int) -> list[int]:
    """The lines that may play a role about a body from `first` to `last`."""
    return list(range(max(0, first - ABOVE), min(count, last + BEHIND + 1)))


class RoleFeatures:
    """The numbers behind the roles of the lines `rows`; `of_title` first, `of_others` when the headline is known."""

    def __init__(self, lines: Sequence[Line], values: np.ndarray, span: tuple[int, int], model: Model) -> None:
        first, last = span
        self.rows = role_rows(first, last, len(lines))
        self._lines, self._count = lines, len(lines)
        near = range(max(0, first - ABOVE - 4), min(self._count, last + BEHIND + 5))
        spots = np.arange(self._count)
        names, signed, times, credit = (np.zeros(self._count, np.float32) for _ in range(4))
        for index in near:
            line = lines[index]
            names[index] = line.words <= 8 and not line.stamp and is_person_name(line.text)
            signed[index] = line.words <= LONGEST_SIGNATURE and is_signed(line.text)
            if stamp := dated(line):
                times[index] = (1.0 if line.stamp else 0.6) * (
                    1.0 if stamp.published else 0.8 if stamp.updated else 0.2
                )
            credit[index] = line.words <= 60 and cut_credit(line.raw)[1] is not None
        body = np.fromiter((line.body for line in lines), np.float32, self._count)
        kinds = [line.kind or line.phrase for line in lines]
        columns = [body, *(shifted(body, by) for by in (-3, -2, -1, 1, 2, 3))]
        columns += [np.clip(spots - first, -60, 30), np.clip(spots - last, -200, 12)]
        for marks, reach in ((names, 2), (signed, 2), (times, 4), (credit, 1)):
            columns += [marks, *(shifted(marks, by) for by in range(-reach, reach + 1) if by)]
        for kind in ("navigation", "share_prompt", "comment_widget", "credit", "caption", "byline", "related_links"):
            here = np.fromiter((k == kind for k in kinds), np.float32, self._count)
            columns += [here, shifted(here, -1), shifted(here, 1)]
        columns.append(np.cumsum(times > 0.5) - (times > 0.5))
        texts = [line.text.casefold() for line in lines]
        copies = Counter(texts)
        seen: Counter[str] = Counter()
        earlier = np.zeros(self._count, np.float32)
        for index, text in enumerate(texts):
            earlier[index] = min(seen[text], 3)
            seen[text] += 1
        columns += [np.fromiter((min(copies[text], 9) for text in texts), np.float32, self._count), earlier]
        told = np.fromiter(
            (sum(map(model.captions.get, line.tokens, repeat(0.0))) for line in lines), np.float32, self._count
        )
        columns += [
            told,
            told / np.sqrt(np.fromiter((max(len(line.tokens), 1) for line in lines), np.float32, self._count)),
        ]
        own = np.stack(columns, axis=1)[self.rows]
        self._base = np.concatenate([values[self.rows], own, self._wording(first, last)], axis=1).astype(np.float32)

    def _wording(self, first: int, last: int) -> np.ndarray:
        """What a line has in common with the body, and how a headline is built."""
        held: Counter[str] = Counter()
        stems: Counter[str] = Counter()
        for line in self._lines[first : last + 1]:
            if line.body > 0.5:
                words = set(folded_words(line.text))
                held.update(words)
                stems.update({word[:5] for word in words if len(word) >= 5})
        out = np.zeros((len(self.rows), 8), np.float32)
        for place, row in enumerate(self.rows):
            line = self._lines[row]
            telling = [w for w in folded_words(line.text[:300]) if len(w) >= 4 or not w.isascii()]
            own = int(line.body > 0.5 and first <= row <= last)
            common = sum(held[w] > own or stems[w[:5]] > own for w in telling)
            rare = sum(1 / held[w] for w in telling if held[w] > own)
            out[place] = (
                common / max(len(telling), 2), common, len(telling), rare, bool(OUTLET_TAIL.search(line.text)),
                line.text[-1:] in "?!", line.text.isupper(), line.bullet,
            )  # fmt: skip
        return out

    def of_title(self) -> np.ndarray:
        """(rows, features) for the head `title`."""
        return self._base

    def of_others(self, title: int | None, odds: np.ndarray) -> np.ndarray:
        """(rows, features) for `byline`, `time` and `caption`; `title`: the headline's line; `odds`: of each row."""
        rows = np.array(self.rows)
        away = np.clip(rows - title, -40, 40) if title is not None else np.full(len(rows), 41)
        same = [title is not None and self._lines[row].text == self._lines[title].text for row in self.rows]
        return np.concatenate([self._base, np.stack([away, odds, same], axis=1)], axis=1).astype(np.float32)
