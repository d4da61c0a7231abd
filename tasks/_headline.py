"""Which line of a plain-text copy is the headline.

The labeller says how likely each line is (`Line.role("title")`); the rules here say what its odds do not know.
"""

import re
from collections import Counter
from collections.abc import Sequence
from math import exp, log1p, sqrt

from tasks._lines import BULLET, Line
from tasks._name_words import is_person_name, name_words
from tasks._roles import OUTLET_TAIL, dated, is_signed

# Cross-validated by site: below these, what is found is more often wrong than right.
TITLE_FROM = 0.02
LIKELY_TITLE = 0.3
#: A headline with more than such a share of the body above it must be as likely as this.
MOST_ABOVE, BELOW_FROM = 0.4, 0.4
#: Characters of a headline that may stand at the end of another line.
SHORTEST_TITLE = 12
#: One that stands up to so many lines above is the headline if it is about as likely; where the labeller is SURE of the
#: other, nearly as likely (`Reviews Mice` above the headline; cross-validated: 2 of 511 pages won, none lost).
ABOVE_BEST = 6
AS_LIKELY, AS_LIKELY_AS_SURE = 0.7, 0.9
#: Headlines may ask or exclaim; a full stop ends a sentence.
STOPS = (".", "。", "।", "۔")
#: Another print of the headline that no role was asked of stands within so many lines.
BESIDE = 4
#: Above this the labeller's word stands against what a line looks like.
SURE = 0.9
#: What an item of a list, a sentence, or a line that is known as something else has left of its odds.  Anything from
#: .2 to .5 does about as well; together with UNSURE_TITLE it finds 4 headlines in 100 more (cross-validated).
LESS_LIKELY = 0.3
#: Below this the copy is one that the labeller knows little of, mostly for its length: what the lines above the body
#: have in common with it counts as well, and lines count that the labeller was not asked about.
UNSURE_TITLE = 0.2
HARDLY_LIKELY = 0.03
WEIGHT_IN_COMMON = 0.2
ABOVE = 60
SHORTEST_HEADLINE, LONGEST_HEADLINE = 3, 25
#: No headline of 638 public pages has more than 33 words; a whole story may stand in one line.
LONGEST_TITLE = 34
SHORTEST_PROSE = 8
#: `Tested by Ann Lee`, `Contributions from Ann Lee`: who had a hand in it.
_HELPED = re.compile(
    r"(?:tested|contribut\w+|(?:medically )?reviewed|fact[- ]checked|edited|updated) (?:by|from)\b", re.I
)
_READING_TIME = re.compile(r"\b\d+[ -]?min(?:ute)?s?\.?[ -]read\b", re.I)
#: `« The story before | Home`: the way to other pages.
_WAY_ELSEWHERE = re.compile(r"[«‹←<»›→>]\s|.*\s[»›→>]$")
#: What pages put between a kicker and its headline.
_APART = " :–—|-"
_PARTED = re.compile(r"\s+[:|»–—-]\s+")
_TELLING = re.compile(r"\w{4,}")


def find_headline(lines: Sequence[Line]) -> int | None:
    """The line most likely to be the headline, or one closely above it, since standfirsts look much the same."""
    free = [n for n, line in enumerate(lines) if _may_be_title(line) and not _goes_on(lines, n)]
    best = max(free, key=lambda n: _likely(lines[n]), default=None)
    if best is not None and lines[best].role("title") < BELOW_FROM and _share_above(lines, best) > MOST_ABOVE:
        free = [n for n in free if _share_above(lines, n) <= MOST_ABOVE]
        best = max(free, key=lambda n: _likely(lines[n]), default=None)
    if best is None or _likely(lines[best]) < UNSURE_TITLE:
        free, best = _closest_to_body(lines, free)
    if best is None:
        return None
    # Breadcrumbs are often glued to a headline that stands alone on another line: `Blog / Ferry to run an hour later`.
    beside = [n for n in range(max(0, best - BESIDE), min(len(lines), best + BESIDE)) if _is_most_of(lines, n, best)]
    alone = [n for n in (*free, *beside) if _ends_with(lines[best].text, lines[n].text)]
    if alone:
        return min(alone, key=lambda n: abs(n - best))
    reach = ABOVE_BEST if lines[best].role("title") >= UNSURE_TITLE else 1
    for number in range(best - 1, max(-1, best - 1 - reach), -1):
        if lines[number].stamp:  # of something else
            break
        if number in free and _is_as_likely(lines[number], lines[best]):
            return number
    return best


def _is_as_likely(above: Line, best: Line) -> bool:
    share = AS_LIKELY_AS_SURE if best.role("title") >= SURE else AS_LIKELY
    return not _ends_with(above.text, best.text) and _likely(above) >= share * _likely(best)


def _share_above(lines: Sequence[Line], number: int) -> float:
    """The share of the body's words that stand above a line."""
    words = [line.words if line.is_body else 0.0 for line in lines]
    return sum(words[:number]) / max(1.0, sum(words))


def _is_most_of(lines: Sequence[Line], short: int, long: int) -> bool:
    """Whether a line is no outlet behind a bar, nor part of a kicker: half of the longer one, and free."""
    return 2 * len(lines[short].text) >= len(lines[long].text) and not lines[short].kind


def _ends_with(long: str, short: str) -> bool:
    short = BULLET.sub("", short)
    return len(short) >= SHORTEST_TITLE and len(long) > len(short) and long.endswith(short)


def _may_be_title(line: Line) -> bool:
    if line.role("title") < TITLE_FROM or line.stamp or not line.text or line.words > LONGEST_TITLE:
        return False
    if is_signed(line.text) and line.role("byline") > line.role("title"):
        return False
    # What is known as something else, reads like a sentence or belongs to the body must be a likely headline.
    is_other = line.kind or line.body >= SURE or line.text.endswith(STOPS) or _is_of_the_page(line)
    return not is_other or line.role("title") >= LIKELY_TITLE


def _goes_on(lines: Sequence[Line], number: int) -> bool:
    """Whether the first words of prose stand here, that was wrapped: the line below goes on in small letters."""
    below = lines[number + 1] if number + 1 < len(lines) else None
    return below is not None and below.is_body and below.text[:1].islower()


def _likely(line: Line) -> float:
    is_doubtful = line.bullet or line.kind or line.text.endswith((*STOPS, ":")) or _is_of_the_page(line)
    return line.role("title") * (LESS_LIKELY if is_doubtful else 1)


def _closest_to_body(lines: Sequence[Line], free: Sequence[int]) -> tuple[list[int], int | None]:
    """Of `free` and of the lines above the first paragraph that look like a headline: all, and the one to choose.

    That is by its odds and by the words that it has in common with the body, those counting that the body repeats.
    """
    prose = [n for n, line in enumerate(lines) if line.is_body and line.words >= SHORTEST_PROSE]
    start = next((n for n in prose if lines[n].stops), prose[0] if prose else 0)
    above = (
        n for n in range(max(0, start - ABOVE), start) if _looks_like_headline(lines[n]) and not _goes_on(lines, n)
    )
    free = sorted({*free, *above})
    told = Counter(word for n in prose for word in _TELLING.findall(lines[n].text.casefold()))
    subheads = {line.folded: n for n, line in enumerate(lines[start:], start) if line.is_body}

    def likely(number: int) -> float:
        line = lines[number]
        if subheads.get(line.folded, 0) > number:  # in a table of contents
            return HARDLY_LIKELY * _likely(line)
        words = set(_TELLING.findall(line.folded))
        common = sum(log1p(max(0, told[word] - line.is_body)) for word in words) / sqrt(max(1, len(words)))
        return (_likely(line) + HARDLY_LIKELY) * exp(WEIGHT_IN_COMMON * common)

    return free, max(free, key=likely, default=None)


def _looks_like_headline(line: Line) -> bool:
    if line.kind or line.stamp or line.bullet or line.is_body:
        return False
    is_long_enough = SHORTEST_HEADLINE <= line.words <= LONGEST_HEADLINE
    return is_long_enough and not line.text.endswith(STOPS) and not _is_of_the_page(line)


def _is_of_the_page(line: Line) -> bool:
    """Whether a line signs, dates (begins with its day, or has no word beside it), or leads elsewhere."""
    if is_signed(line.text) or _HELPED.match(line.text) or _WAY_ELSEWHERE.match(line.text):
        return True
    if _READING_TIME.search(line.text):
        return True
    if (label := name_words().prefix.match(line.text)) and is_person_name(line.text[label.end() :]):
        return True
    stamp = dated(line)
    day = stamp and (stamp.published or stamp.updated)
    return bool(day) and (line.text[:1].isdigit() or len(line.text.split()) <= len(day.split()) + 1)


def words_of_headline(lines: Sequence[Line], number: int) -> str:
    """The headline that line `number` prints, without the outlet behind it and a kicker before it."""
    title = BULLET.sub("", lines[number].text) or lines[number].text
    if tail := OUTLET_TAIL.search(title):
        bare, outlet = title[: tail.start()].casefold(), tail[0].strip(" |–—»·-").casefold()
        same = (line for line in lines if line.folded in (bare, outlet))
        # The outlet is no part of it where the headline also stands without, or the outlet by itself.
        if any(line.folded == outlet or line.role("title") >= TITLE_FROM for line in same):
            title = title[: tail.start()]
    return _without_kicker(lines, title)


def _without_kicker(lines: Sequence[Line], title: str) -> str:
    """The headline without the words above it, where another line parts the two otherwise or has the headline alone."""
    whole = _PARTED.split(title, maxsplit=1)[-1]
    for line in lines:
        if line.text[:1] == title[:1] and (rest := _rest_behind_kicker(line.text, title)):
            return rest
        if line.text == whole != title and 2 * len(whole) >= len(title):
            return whole
    return title


def _rest_behind_kicker(text: str, title: str) -> str:
    """What both have behind the same words, if other signs than in the title part the two; else nothing."""
    alike = next((n for n, (a, b) in enumerate(zip(text, title, strict=False)) if a != b), 0)
    kicker = title[:alike].rstrip(_APART)
    parted = text[len(kicker) :]
    rest = parted.lstrip(_APART)
    is_parted = bool(kicker and rest and parted[: -len(rest)].strip())
    is_same = title[len(kicker) :].lstrip(_APART) == rest and len(rest) >= max(SHORTEST_TITLE, len(kicker))
    return rest if is_parted and is_same else ""
