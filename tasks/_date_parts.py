"""Finding the parts of dates in a line: days, times, zones, labels, and what is left of the line without them."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date

from tasks._date_words import (
    CAPITALS,
    LABEL,
    LETTERS,
    MAYBE,
    MONTH,
    ZONE,
    date_words,
    fold_word,
    jalali_month,
    month_number,
    next_word,
    words_of,
)
from tasks._zones import PLACE, zone_pattern


@dataclass(slots=True)
class Part:
    """A found part: `D` date, `T` time, `Z` zone, `P` day without year, `W` weekday, `L` label, `R` how long ago."""

    kind: str
    start: int
    end: int
    value: re.Match[str] | str


@dataclass(slots=True)
class Group:
    """The parts of one date."""

    updated: bool | None = None
    parts: dict[str, Part] = field(default_factory=dict)
    start: int = -1
    end: int = -1

    def add(self, part: Part) -> None:
        self.parts[part.kind] = part
        self.start = part.start if self.start < 0 else min(self.start, part.start)
        self.end = max(self.end, part.end)


# The second words of months that have two: `كانون الثاني`, `Meán Fómhair`.
_W = rf"(?P<word>{LETTERS}(?:\s(?:الأول|الثاني|اول|ثاني|یەکەم|دووەم|[Ff]ómhair))?)"
_DAY_END = r"(?:\s?(?:[.º°ª]|(?:st|nd|rd|th|er|re|ste|de|an|go|го|ος|ης|a|e|η|o)(?![^\W\d_])))?"
_OF = r"(?:(?:de|del|of|di|do|af|av|den|da|ta|i|tháng|thg)\s+|d['’])?"
_YEAR = r"(?P<y>[12]\d{3})(?!\d)"
ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}

# Forms of a day, tried in this order; what one takes the next does not see.
DATE_FORMS = tuple(
    re.compile(pattern)
    for pattern in (
        # 2024-04-22, 2024/4/22, 2024. 04. 22.
        r"(?<![\d.,/-])(?P<y>\d{4})\s?(?P<sep>[-/.‐–])\s?(?P<m>\d{1,2})\s?(?P=sep)\s?(?P<d>\d{1,2})(?:\.(?!\d))?(?!\d|[-/]\d)",
        # 2024年4月22日, 2024년 4월 22일, 令和6年4月22日
        r"(?:(?:中[華华])?(?P<era>令和|平成|昭和|民國|民国)\s?(?P<ey>\d{1,3}|元)|(?<!\d)(?P<y>\d{4}))\s?[年년]\s?(?P<m>\d{1,2})\s?[月월]\s?(?P<d>\d{1,2})\s?[日号號일]?(?!\d)",
        # 22.04.2024, 3/4/14, 22.04.2024-19:20
        r"(?<![\d.,/:-])(?P<a>\d{1,2})\s?(?P<sep>[-/.‐–])\s?(?P<b>\d{1,2})\s?(?P=sep)\s?(?P<y>\d{4}|\d{2})(?!\d|[-/:]\d(?!\d?:\d\d))",
        # 22/4 2024, 22/4-2024, 22/4 — 2024
        r"(?<![\d.,/:-])(?P<a>\d{1,2})(?P<sep>[/.])(?P<b>\d{1,2})(?:\.?\s(?:[—–-]\s)?|-)(?P<y>(?:19|20)\d\d)(?![\d:]|[-/.]\d)",
        # 22 April 2024, 22nd of April, 2024, 22-Apr-24, 22 de abril de 2024
        rf"(?<![\d:.,/])(?P<d>\d{{1,2}}){_DAY_END}[\s\-/.,]{{0,3}}{_OF}{_W}[.॰]?[\s,\-/.]{{0,3}}"
        r"(?:(?:de|del|of|do|di|anul|năm|พ\.ศ\.|ค\.ศ\.)\s*){0,2}(?:(?P<y>[12]\d{3})(?!\d)|['’]?(?P<yy>\d{2})(?!\d|\s?[:.hH]\d|\s?Uhr))",
        # 22 tháng 4, 2024
        r"(?<!\d)(?P<d>\d{1,2})\s(?:[Tt]háng|[Tt]hg)\s(?P<m>\d{1,2}),?\s(?:năm\s)?" + _YEAR,
        # April 22, 2024, Apr. 22nd 2024, Apr 22 '24
        rf"(?<![^\W\d_]){_W}[.॰]?[\s\-/]{{0,3}}(?:the\s)?(?<!\d)(?P<d>\d{{1,2}}){_DAY_END}\s?[,.]?[\s\-/]*(?:(?:de|of|at)\s)?(?:{_YEAR}|['’](?P<yy>\d{{2}})(?!\d))",
        # 2024. április 22., 2024 m. balandžio 22 d., 2024-Apr-22
        rf"(?<!\d){_YEAR}\.?(?:\s?(?:m\.|g\.|(?:ko|eko|\(e\)ko)(?![^\W\d_])))?[\s\-/,]*{_W}[.॰]?[\s\-/]+(?P<d>\d{{1,2}})(?!\d|:)(?:\.(?!\d))?",
        # 2024. gada 22. aprīlis, 2024 жылғы 22 сәуір
        rf"(?<!\d){_YEAR}[.-]?\s?(?:gada|жылғы|жылы|жылдын|ж\.|yil|йил|оны)\s(?P<d>\d{{1,2}})[.-]?\s?{_W}",
        # 2024 оны 4 сарын 22
        rf"(?<!\d){_YEAR}\s?оны\s(?P<m>\d{{1,2}})(?:-р)?\sсарын\s(?P<d>\d{{1,2}})(?!\d)",
    )
)
# Mon Apr 22 06:00:00 +0000 2024: the year behind the time.
_YEAR_LAST = re.compile(
    rf"(?<![^\W\d_]){_W}\s+(?P<d>\d{{1,2}})\s+(?=\d{{1,2}}:\d{{2}})(?P<rest>[\d:]+\s+(?:[+-]\d{{4}}|[A-Z]{{1,5}})?\s*){_YEAR}"
)
_NO_YEAR = (
    re.compile(rf"(?<![\d:.,])(?P<d>\d{{1,2}}){_DAY_END}[\s\-/.]{{0,2}}{_OF}{_W}"),
    re.compile(rf"(?<![^\W\d_]){_W}[.॰]?\s(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])"),
)
_MERIDIEM = (
    r"(?P<half>[aApP]\.?\s?[mM]\b\.?|π\.?μ\.?|μ\.?μ\.?|SA\b|CH\b|এএম|পিএম"
    r"|[صم](?![^\W\d_])|(?:صباح|مساء|ظهر)[\w\u064b-\u065f]*)"
)
_BEFORE = r"(?P<before>(?:오전|오후|上午|下午|午前|午後|凌晨|晚上|중午)\s?)?"
_TIME = re.compile(
    rf"{_BEFORE}(?<![\d:.,/])(?<!UTC[+\-−])(?<!GMT[+\-−])(?:(?<![^\W\d_])T)?(?P<h>\d{{1,2}})(?:"
    r"\s?:\s?(?P<m1>[0-5]\d)(?::(?P<s1>[0-5]\d)(?:[.,]\d{1,9})?)?(?!\d|:\d)"
    r"|\s?[hH](?:eures?|oras?|rs?)?\s?(?P<m2>[0-5]\d)?(?:\s?m(?:in)?)?(?![^\W\d_]|\d)"
    r"|\.(?P<m3>[0-5]\d)(?:\.(?P<s3>[0-5]\d))?(?![\d.]\d)"
    r"|\s?[时時點点시](?:\s?(?P<m4>[0-5]?\d)\s?[分분]?)?(?:\s?(?P<s4>[0-5]?\d)\s?[秒초])?"
    rf"|(?=\s?{_MERIDIEM.replace('?P<half>', '?:')})"
    r"|(?=\s?(?:Uhr|uur)\b)"
    r"|(?P<m5>[0-5]\d)(?=\s?(?:GMT|UTC|hrs|Hrs|IST|HKT|BST|EDT|EST|ET)\b)"
    rf")\s?(?:{_MERIDIEM})?"
)
_NUMERIC_OFFSET = re.compile(
    r"\s?(?:(?:GMT|UTC)\s?)?[+\-−]\d{2}:?\d{2}(?![\d/.-])|[+\-−]\d{2}(?![\d/.:-])|\s?Z(?![^\W_])"
)
_HOURS = frozenset(("uhr", "uur", "hrs", "h", "ч", "น"))
# The same moment on another clock, in brackets: 1905 GMT (0305 HKT).
_OTHER_CLOCK = re.compile(r"\(\s?\d{1,2}[:.]?\d{2}(?:\s?[ap]\.?m\.?)?\s?[A-Z]{2,5}\s?\)")
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
_HIDDEN = re.compile(r"[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u00ad]")
_FULL_WIDTH = str.maketrans("：／．－٫،，", ":/.-.,,")
TOKEN = re.compile(LETTERS)
DIGIT = re.compile(r"\d")


def plain_digits(text: str) -> str:
    """The same text, character by character, with ASCII digits and separators and no hidden marks."""
    if text.isascii():
        return text
    text = _HIDDEN.sub(" ", text.translate(_FULL_WIDTH))
    return _OTHER_DIGIT.sub(lambda m: str(unicodedata.decimal(m[0])), text)


# What the forms without the name of a month have.
_MAYBE_NAMELESS = re.compile(
    r"\d\s?[-/.‐–]\s?\d\d?(?:\s?[-/.‐–]\s?\d|\.?\s(?:[—–-]\s)?(?:19|20)\d\d)|[年년]|\d\s[Tt]h|оны"
)
_FORM_WITH_NAME = tuple("?P<word>" in form.pattern for form in DATE_FORMS)

# Words that a page prints on lines or in boxes of their own stand without a space between them in its visible text:
# `Ann LeeJuly 3, 2024`, `PMUpdated`, `July 3, 20246:01 PM`.
_CAMEL = re.compile(rf"[^\W\d_{CAPITALS}](?=[{CAPITALS}])|[{CAPITALS}]{{2}}(?=[{CAPITALS}][^\W\d_{CAPITALS}])")
_LONG_NUMBER = re.compile(r"\d{5}")
_GLUED_YEAR = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?=\d{1,2}(?::\d\d(?!\d)|\s?(?:[ap]\.?m\b|h\d|uhr|min|comment|kommentar)))", re.IGNORECASE
)


def _unglue(text: str) -> tuple[str, list[int]]:
    """`text` with spaces where words of dates were glued to others, and where in the new text these spaces are."""
    cuts = [m.end() for m in _CAMEL.finditer(text) if _begins_date(text, m.end())]
    if _LONG_NUMBER.search(text):
        cuts += [m.end() for m in _GLUED_YEAR.finditer(text)]
    if not cuts:
        return text, cuts
    cuts.sort()
    pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    return " ".join(pieces), [at + number for number, at in enumerate(cuts)]


def _begins_date(text: str, at: int) -> bool:
    word, known = fold_word(next_word(text, at)), date_words()
    is_word = known.kinds.get(word, 0) & (MONTH | LABEL | MAYBE) or word in known.weekdays
    return len(word) >= 3 and bool(is_word)


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def find_groups(text: str, *, only_dated: bool = False) -> tuple[list[Group], str, bool]:
    """The dates of `text` in order, `text` with all that is known blanked out, and whether it had a `3 hours ago`.

    `only_dated`: a text that names no whole day is looked into no further, and has no groups.
    Where the groups are is told in places of `text` as it was given; what is left of it may have more spaces.
    """
    text, cuts = _unglue(text)
    known, kinds, relative = date_words(), words_of(text), []
    if only_dated and not (kinds & MONTH or _MAYBE_NAMELESS.search(text)):
        return [], text, False
    if kinds & MAYBE:
        relative = [Part("R", m.start(), m.end(), m) for m in known.relative.finditer(text)]
        text = known.beside.sub(_blank, known.relative.sub(_blank, text) if relative else text)
    if "(" in text:
        text = _OTHER_CLOCK.sub(_blank, text)
    parts, text = _find_parts(text, kinds, only_dated)
    groups = _assemble(sorted(parts + relative, key=lambda p: p.start))
    for group in groups if cuts else ():
        group.start -= sum(cut < group.start for cut in cuts)
        group.end -= sum(cut < group.end for cut in cuts)
    return groups, text, bool(relative)


def _find_parts(text: str, kinds: int, only_dated: bool) -> tuple[list[Part], str]:
    """The parts in the order in which they are looked for, and `text` without them.

    `kinds`: what its words can be (`words_of`); patterns that need another kind of word are not tried.
    """
    parts: list[Part] = []

    def take(kind: str, start: int, end: int, value: re.Match[str] | str) -> None:
        nonlocal text
        text = text[:start] + " " * (end - start) + text[end:]
        parts.append(Part(kind, start, end, value))

    if kinds & MONTH and ":" in text:
        for found in _YEAR_LAST.finditer(text):
            if _is_day(found):
                take("D", found.start(), found.end("d"), found)
                text = text[: found.start("y")] + "    " + text[found.end("y") :]
                parts[-1].end = found.end()
    for pattern, has_name in zip(DATE_FORMS, _FORM_WITH_NAME, strict=True):
        if kinds & MONTH or not has_name:
            for found in pattern.finditer(text):
                if _is_day(found):
                    take("D", found.start(), found.end(), found)
    if only_dated and not parts:
        return parts, text
    dates, behind = len(parts), 0
    for found in _TIME.finditer(text):
        # `+02:00` is a zone, and was taken as the zone of the time before it.
        if found.start() < behind or int(found["h"]) > 23 or (not dates and found["m3"]):
            continue
        take("T", found.start(), found.end(), found)
        offset = _NUMERIC_OFFSET.match(text, found.end())
        if offset and not _is_end(found, offset):
            take("Z", offset.start(), offset.end(), offset[0].strip())
        behind = parts[-1].end
    if kinds & MONTH and dates < max(1, sum(p.kind == "T" for p in parts)):
        for pattern in _NO_YEAR:
            for found in pattern.finditer(text):
                if _is_day(found):
                    take("P", found.start(), found.end(), found)
    if parts:
        known = date_words()
        if kinds & ZONE or ("/" in text and PLACE.search(text)):
            for found in zone_pattern().finditer(text):
                take("Z", found.start(), found.end(), found[0])
        if kinds & LABEL:
            for found in known.labels.finditer(text):
                take("L", found.start(), found.end(), "updated" if found["updated"] else "published")
        text = _take_weekdays(text, parts)
    return parts, text


def _take_weekdays(text: str, parts: list[Part]) -> str:
    """Add the weekdays to `parts`; returns `text` without them.

    `on` before a date and `Uhr` behind a time go with them: they are no part of a name that stands beside the date.
    """
    known = date_words()
    starts, clock_ends = {p.start for p in parts}, {p.end for p in parts if p.kind == "T"}
    for found in reversed(list(TOKEN.finditer(text))):
        word, start, end = fold_word(found[0]), found.start(), found.end()
        is_weekday = word in known.weekdays
        leads = (
            word in known.filler and {end + 1, end + 2} & starts and (found[0].islower() or not text[:start].strip())
        )
        if is_weekday or leads or (word in _HOURS and {start, start - 1} & clock_ends):
            text = text[:start] + _blank(found) + text[end:]
            starts.add(start)
        if is_weekday:
            parts.append(Part("W", start, end, found))
    return text


def _is_end(time: re.Match[str], offset: re.Match[str]) -> bool:
    """Whether `08:00-10:00` are two times: only machines print such an offset, and they print `T` or seconds."""
    return offset[0][0] in "-−" and ":" in offset[0] and not time["s1"] and time[0][0] != "T"


def _assemble(parts: list[Part]) -> list[Group]:
    """The parts, in their order, as dates; a label tells of the date behind it.

    Where the first date has no label before it and the line ends with one (`2024年4月22日公開 2024年4月23日更新`),
    labels tell of the date in front of them.
    """
    groups: list[Group] = []
    group, waiting = Group(), None
    spoken = [p for p in parts if p.kind != "W"]
    ends_with_label = len(spoken) > 1 and spoken[-1].kind == "L" and _is_near(spoken[-2], spoken[-1])
    backward = ends_with_label and spoken[0].kind != "L"
    for part in parts:
        if part.kind == "R":
            # `Updated 2 hours ago` says nothing of a date around it.
            groups, group, waiting = [*groups, group] if group.parts else groups, Group(), None
        elif part.kind == "L":
            if backward:
                group.updated = part.value == "updated"
            if group.parts:
                groups.append(group)
                group = Group()
            if not backward:
                group.updated = part.value == "updated"
            waiting = None
        elif part.kind == "W":
            # `Thứ Hai`: a weekday of two words begins with the first
            waiting = waiting if waiting and part.start - waiting.end <= 1 else part
            waiting.end = part.end
        else:
            if part.kind in group.parts or (part.kind == "P" and "D" in group.parts):
                if part.kind == "Z":
                    continue
                groups.append(group)
                group = Group()
            if waiting and part.kind in "DP" and part.start - waiting.end <= 4:
                group.start = waiting.start if group.start < 0 else group.start
            group.add(part)
            waiting = None
    if group.parts:
        groups.append(group)
    return [g for g in groups if g.parts.keys() - {"Z"}]


def _is_near(one: Part, other: Part) -> bool:
    """Next to each other but for a space, a bracket, a `에`."""
    return other.start - one.end <= 3


def _is_day(found: re.Match[str]) -> bool:
    named = found.groupdict()
    if "a" in named:
        first, second = int(named["a"]), int(named["b"])
        return is_valid_day(2000, second, first) or is_valid_day(2000, first, second)
    day = int(named["d"])
    if jalali := jalali_month_of(named):
        return day <= (31 if jalali <= 6 else 30)
    month = int(named["m"]) if named.get("m") else month_number(named["word"])
    return bool(month) and is_valid_day(2000, month, day)


def jalali_month_of(named: dict[str, str | None]) -> int:
    """The month of a date of the Persian calendar (by name, or a number after a year such as 1403), 0 for others."""
    if named.get("word"):
        return jalali_month(named["word"] or "") or 0
    is_year = re.fullmatch(r"1[34]\d\d", named.get("y") or "") and not named.get("a")
    month = int(named.get("m") or 0)
    return month if is_year and month <= 12 else 0


def is_valid_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def own_order(found: re.Match[str]) -> bool | None:
    """True when a numeric date can only be day first, False when only month first, None when it may be both."""
    first, second = int(found["a"]), int(found["b"])
    if first == second and first <= 12:
        return True
    if first > 12 >= second:
        return True
    return False if second > 12 >= first else None
