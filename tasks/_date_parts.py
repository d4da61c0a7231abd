"""Finding the parts of dates in a line: days, times, zones, labels, and what is left of the line without them."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date

from tasks._date_words import LETTERS, date_words, fold_word, month_number
from tasks._zones import zone_pattern


@dataclass(slots=True)
class Part:
    """A found part: `D` date, `T` time, `Z` zone, `P` day without year, `W` weekday, `L` label."""

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


_W = rf"(?P<word>{LETTERS})"
_DAY_END = r"(?:\s?(?:st|nd|rd|th|er|re|[.º°ª]|(?:ste|de|an|go|го|ος|ης|a|e|η|o)(?![^\W\d_])))?"
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
        r"(?:(?P<era>令和|平成|昭和|民國|民国)\s?(?P<ey>\d{1,3}|元)|(?<!\d)(?P<y>\d{4}))\s?[年년]\s?(?P<m>\d{1,2})\s?[月월]\s?(?P<d>\d{1,2})\s?[日号號일]?(?!\d)",
        # 22.04.2024, 3/4/14
        r"(?<![\d.,/:-])(?P<a>\d{1,2})\s?(?P<sep>[-/.‐–])\s?(?P<b>\d{1,2})\s?(?P=sep)\s?(?P<y>\d{4}|\d{2})(?!\d|[-/:]\d)",
        # 22 April 2024, 22nd of April, 2024, 22-Apr-24, 22 de abril de 2024
        rf"(?<![\d:.,/])(?P<d>\d{{1,2}}){_DAY_END}[\s\-/.,]{{0,3}}{_OF}{_W}\.?[\s,\-/.]{{0,3}}"
        r"(?:(?:de|del|of|do|di|anul|năm|พ\.ศ\.|ค\.ศ\.)\s*){0,2}(?:(?P<y>[12]\d{3})(?!\d)|['’]?(?P<yy>\d{2})(?!\d|\s?[:.hH]\d|\s?Uhr))",
        # 22 tháng 4, 2024
        r"(?<!\d)(?P<d>\d{1,2})\s(?:[Tt]háng|[Tt]hg)\s(?P<m>\d{1,2}),?\s(?:năm\s)?" + _YEAR,
        # April 22, 2024, Apr. 22nd 2024, Apr 22 '24
        rf"(?<![^\W\d_]){_W}\.?[\s\-/]{{0,3}}(?:the\s)?(?<!\d)(?P<d>\d{{1,2}}){_DAY_END}\s?[,.]?[\s\-/]*(?:(?:de|of|at)\s)?(?:{_YEAR}|['’](?P<yy>\d{{2}})(?!\d))",
        # 2024. április 22., 2024 m. balandžio 22 d., 2024-Apr-22
        rf"(?<!\d){_YEAR}\.?(?:\s?(?:m\.|g\.|ko|eko|\(e\)ko))?[\s\-/,]*{_W}\.?[\s\-/]+(?P<d>\d{{1,2}})(?!\d|:)(?:\.(?!\d))?",
        # 2024. gada 22. aprīlis
        rf"(?<!\d){_YEAR}\.\s?gada\s(?P<d>\d{{1,2}})\.\s?{_W}",
    )
)
# Mon Apr 22 06:00:00 +0000 2024: the year behind the time.
_YEAR_LAST = re.compile(
    rf"(?<![^\W\d_]){_W}\s+(?P<d>\d{{1,2}})\s+(?=\d{{1,2}}:\d{{2}})(?P<rest>[\d:]+\s+(?:[+-]\d{{4}}|[A-Z]{{1,5}})?\s*){_YEAR}"
)
_NO_YEAR = (
    re.compile(rf"(?<![\d:.,])(?P<d>\d{{1,2}}){_DAY_END}[\s\-/.]{{0,2}}{_OF}{_W}"),
    re.compile(rf"(?<![^\W\d_]){_W}\.?\s(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])"),
)
_MERIDIEM = r"(?P<half>[aApP]\.?\s?[mM]\b\.?|π\.?μ\.?|μ\.?μ\.?|[صم](?![^\W\d_])|SA\b|CH\b)"
_BEFORE = r"(?P<before>(?:오전|오후|上午|下午|午前|午後|凌晨|晚上|중午)\s?)?"
_TIME = re.compile(
    rf"{_BEFORE}(?<![\d:.,/])(?:(?<![^\W\d_])T)?(?P<h>\d{{1,2}})(?:"
    r"\s?:\s?(?P<m1>[0-5]\d)(?::(?P<s1>[0-5]\d)(?:[.,]\d{1,9})?)?(?![\d:])"
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


def find_groups(text: str) -> tuple[list[Group], str, bool]:
    """The dates of `text` in order, `text` with all that is known blanked out, and whether it had a `3 hours ago`."""
    parts: list[Part] = []

    def take(kind: str, start: int, end: int, value: re.Match[str] | str) -> None:
        nonlocal text
        text = text[:start] + " " * (end - start) + text[end:]
        parts.append(Part(kind, start, end, value))

    known = date_words()
    text = known.reading.sub(lambda m: " " * len(m[0]), text)
    text, relative = known.relative.subn(lambda m: " " * len(m[0]), text)
    if "(" in text:
        text = _OTHER_CLOCK.sub(lambda m: " " * len(m[0]), text)
    for found in _YEAR_LAST.finditer(text):
        if month_number(found["word"]) and _is_day(found):
            take("D", found.start(), found.end("d"), found)
            text = text[: found.start("y")] + "    " + text[found.end("y") :]
            parts[-1].end = found.end()
    for pattern in DATE_FORMS:
        for found in pattern.finditer(text):
            if _is_day(found):
                take("D", found.start(), found.end(), found)
    for found in _TIME.finditer(text):
        if int(found["h"]) > 23 or ("D" not in {p.kind for p in parts} and found["m3"]):
            continue
        take("T", found.start(), found.end(), found)
        if offset := _NUMERIC_OFFSET.match(text, found.end()):
            take("Z", offset.start(), offset.end(), offset[0].strip())
    if sum(p.kind == "D" for p in parts) < max(1, sum(p.kind == "T" for p in parts)):
        for pattern in _NO_YEAR:
            for found in pattern.finditer(text):
                if month_number(found["word"]) and _is_day(found):
                    take("P", found.start(), found.end(), found)
    if parts:
        for found in zone_pattern().finditer(text):
            take("Z", found.start(), found.end(), found[0])
        for found in known.labels.finditer(text):
            take("L", found.start(), found.end(), "updated" if found["updated"] else "published")
        for found in TOKEN.finditer(text):
            if fold_word(found[0]) in known.weekdays:
                take("W", found.start(), found.end(), found)
    return _assemble(sorted(parts, key=lambda p: p.start)), text, relative > 0


def _assemble(parts: list[Part]) -> list[Group]:
    groups: list[Group] = []
    group, waiting = Group(), None
    for part in parts:
        if part.kind == "L":
            if group.parts:
                groups.append(group)
                group = Group()
            group.updated, waiting = part.value == "updated", None
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


def _is_day(found: re.Match[str]) -> bool:
    named = found.groupdict()
    if "a" in named:
        first, second = int(named["a"]), int(named["b"])
        return is_valid_day(2000, second, first) or is_valid_day(2000, first, second)
    month = int(named["m"]) if named.get("m") else month_number(named["word"])
    return bool(month) and is_valid_day(2000, month, int(named["d"]))


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
