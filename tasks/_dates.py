"""Dates as news pages print them: finding the parts, reading them into a time.

Nothing is invented: words that name no day (`3 hours ago`, `yesterday`, `March 2021`) give no date.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import pairwise

from tasks._date_parts import (
    DATE_FORMS,
    DIGIT,
    ERAS,
    TOKEN,
    Group,
    find_groups,
    is_valid_day,
    jalali_month_of,
    own_order,
    plain_digits,
)
from tasks._date_words import OTHER, date_words, fold_word, month_number, words_of
from tasks._zones import PLACE, is_american, offset_minutes, place_zone, read_zone

#: The longest timestamp line seen with two dates, labels and reading time is about 120 characters.
LONGEST_LINE = 160

_THAI = re.compile(r"[\u0e00-\u0e7f]")
#: Digits and letters that Persian has and Arabic has not.
_PERSIAN = re.compile(r"[۰-۹پچژگک\u06cc]")
#: The day before the first of year 1 of the Persian calendar, counted as `date.toordinal` does.
_BEFORE_JALALI = 226894
_FAR = timedelta(hours=48)
_EARLIEST = datetime(1800, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ParsedDate:
    """A date that was read.

    `at`: aware, UTC; 00:00 of the day when `precision` is `day`.  `on`: the calendar day as printed.
    `precision`: `second`, `minute` or `day`.  `offset_minutes`: the zone's offset at that time, None where no zone was
    known.  `basis`: `offset`, `zone`, `source` or `assumed_utc`; None for a day, which needed no zone.
    """

    at: datetime
    on: date
    precision: str
    offset_minutes: int | None
    basis: str | None


@dataclass(frozen=True, slots=True)
class TimestampLine:
    """A line that is nothing but a timestamp: the words of its dates, without labels; None where it names no day.

    `is_labelled`: it says itself that it is the page's time (`Published`, `Posted on`, `Last updated`).
    """

    published: str | None
    updated: str | None
    is_labelled: bool = False


_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?P<seconds>:\d{2}(?:[.,]\d{1,9})?)?(?P<zone>Z|[+-]\d{2}:?\d{2})?")
_COMPACT = re.compile(r"([12]\d{3})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?(Z)?")
# What a date or a time of nothing but digits and signs has.
_MAYBE_NUMERIC = re.compile(r"\d\s?[-/.:‐–]\s?\d\d?\s?[-/.:‐–T]\s?\d|\d:\d\d\s?[-+]\d")
# What every full date has, but for the year printed right behind the day.
_TWO_NUMBERS = re.compile(r"\d\D+\d|\d{5}")
_EPOCH = re.compile(r"(\d{9,10})(?:\.\d+)?|(\d{12,13})|(\d{16})")


def read_timestamp_line(line: str) -> TimestampLine | None:
    """Whether a line of copy is a timestamp and nothing else: dates, labels, punctuation, a reading time.

    A sentence that holds a date, a lone number, year, score or clock time is none.  `3 hours ago` is one that names
    no day.
    """
    return None if len(line) > LONGEST_LINE or not DIGIT.search(line) else _read_timestamp_line(line)


@lru_cache(maxsize=1 << 13)  # the same lines come on every page of an outlet
def _read_timestamp_line(line: str) -> TimestampLine | None:
    text = plain_digits(line)
    # Nearly every line goes at its first or second word, or for want of any: all patterns cost twenty times as much.
    kinds = words_of(text, stop_at=OTHER)
    if (kinds & OTHER and not ("/" in text and PLACE.search(text))) or not (kinds or _MAYBE_NUMERIC.search(text)):
        return None
    if len(TOKEN.findall(text)) > 24:
        return None
    groups, rest, is_relative = find_groups(text)
    clocks = [g for g in groups if "D" not in g.parts]
    dated = [g for g in groups if "D" in g.parts]
    if not groups:
        if not is_relative:
            return None
    elif dated:
        # A time without a zone or a label beside a dated one is the end of an event's hours, not a second edition.
        if any(g.updated is None and "Z" not in g.parts for g in clocks) or any(_is_bare_short(g) for g in dated):
            return None
    elif not any(_is_clock_line(g) for g in clocks) and not is_relative:
        return None
    if not _is_furniture(rest) or _is_span(line, groups):
        return None
    first, last = _editions(line, dated)
    return TimestampLine(first[0] if first else None, last[-1] if last else None, _is_labelled(groups))


def read_dated_line(line: str) -> tuple[str, TimestampLine] | None:
    """A line with a full date beside a few other words (`By Ann Lee on Dec. 13, 2025`): those words, and the times.

    What belongs to the date (labels, `on` in front of it, a reading time) is none of those words.  For lines that
    stand where a byline stands; it takes any date, also one that means something else.
    """
    return None if len(line) > LONGEST_LINE or not DIGIT.search(line) else _read_dated_line(line)


@lru_cache(maxsize=1 << 12)
def _read_dated_line(line: str) -> tuple[str, TimestampLine] | None:
    text = plain_digits(line)
    if not _TWO_NUMBERS.search(text):
        return None
    groups, rest, _ = find_groups(text, only_dated=True)
    dated = [g for g in groups if "D" in g.parts]
    words = " ".join(rest.split())
    if not dated or len(TOKEN.findall(words)) > 14 or _is_span(line, groups):
        return None
    first, last = _editions(line, dated)
    stamp = TimestampLine(first[0] if first else None, last[-1] if last else None, _is_labelled(dated))
    return words.strip(" |·•,-–—/:"), stamp


def parse_date(
    raw: str,
    language: str | None,
    default_zone: str | None,
    now: datetime,
    *,
    day_first: bool | None = None,
) -> ParsedDate | None:
    """The first date in `raw` that is not marked as an update (else the first of all); None when it names no day.

    `language`: a code such as `de` or `en-GB`.  `default_zone`: the publisher's IANA zone, for times without one.
    `now`: tells the century of a year of two digits.  `day_first`: the order of numeric dates, where the copy shows it
    elsewhere (`day_first_in`).  A date that cannot be (31/02/2014) gives None; whether it is plausible is
    `is_plausible`'s to say.
    """
    text = plain_digits(raw[:300]).strip()
    if found := _machine_date(text, default_zone):
        return found
    groups, _, is_relative = find_groups(text)
    dated = [g for g in groups if "D" in g.parts]
    for group in [g for g in dated if not g.updated] + [g for g in dated if g.updated]:
        if found := _resolve(group, language, default_zone, now, day_first, bool(_PERSIAN.search(raw))):
            return found
    if dated or is_relative:
        return None
    return _last_resort(text, language, default_zone)


def is_plausible(at: datetime, now: datetime) -> bool:
    """Whether an article can be of that time: from 1800 on, and at most 48 hours ahead (zones, embargoes)."""
    return _EARLIEST <= at <= now + _FAR


def is_date_shaped(raw: str) -> bool:
    """Whether `raw` was meant as a date, even one that cannot be, such as 31/02/2014."""
    text = plain_digits(raw[:300])
    if any(p.search(text) for p in DATE_FORMS[:3]) or _COMPACT.fullmatch(text) or _EPOCH.fullmatch(text):
        return True
    return any("D" in g.parts for g in find_groups(text)[0])


def day_first_in(texts: Iterable[str], sign: str = "") -> bool | None:
    """The order of numeric dates that these show (15/03/2014: True; 03/15/2014: False), None when none tells.

    `sign`: only dates with this between their numbers tell.
    """
    for text in texts:
        for found in DATE_FORMS[2].finditer(plain_digits(text[:300])):
            day_first = own_order(found)
            if day_first is not None and found["a"] != found["b"] and sign in found["sep"]:
                return day_first
    return None


def sign_in_doubt(raw: str) -> str:
    """What stands between the numbers of a date that may be day or month first; empty where that is plain."""
    found = DATE_FORMS[2].search(plain_digits(raw[:300]))
    return found["sep"] if found and own_order(found) is None else ""


def _is_labelled(groups: Iterable[Group]) -> bool:
    return any(group.updated is not None for group in groups)


def _editions(line: str, dated: list[Group]) -> tuple[list[str], list[str]]:
    """The words of the dates of publication, and of those of updates.

    `2024-04-18T13:00:39+00:00March 22nd, 2024`: what machines read in front of the date is the time of the last save.
    """
    first = [_printed(line, g) for g in dated if not g.updated]
    last = [_printed(line, g) for g in dated if g.updated]
    if len(first) > 1 and _ISO.fullmatch(first[0]) and first[0] + first[1] in line:
        last.insert(0, first.pop(0))
    return first, last


def _printed(line: str, group: Group) -> str:
    """The words of a date, with the bracket that closes around its zone."""
    words = line[group.start : group.end].strip()
    return words + ")" if "(" in words and ")" not in words and line[group.end :].startswith(")") else words


def _is_clock_line(group: Group) -> bool:
    """A clock time, or a day without its year, that a label or a zone shows to be the page's and not a score."""
    time = group.parts.get("T")
    meant = group.updated is not None or "Z" in group.parts
    return meant or ("P" in group.parts and time is not None)


def _is_span(line: str, groups: list[Group]) -> bool:
    """Whether the line gives two times with `to` between them: an event's hours."""
    between = [line[a.end : b.start] for a, b in pairwise(groups) if "T" in a.parts and b.parts.keys() <= {"T", "Z"}]
    return any(_TO.fullmatch(words) for words in between)


def _is_bare_short(group: Group) -> bool:
    """A year of two digits with nothing around it, as likely a score or a version; not where all three have two."""
    found = group.parts["D"].value
    assert isinstance(found, re.Match)
    named = found.groupdict()
    short = named.get("yy") or (named.get("y") and len(named["y"]) == 2)
    two_each = named.get("b") and len(found[0]) == 8 and (named["sep"] == "/" or own_order(found) is not False)
    return bool(short) and group.updated is None and len(group.parts) == 1 and not two_each


def _is_furniture(rest: str) -> bool:
    """Whether nothing is left but words such as `at` and `Uhr`, and punctuation."""
    if DIGIT.search(rest) or any(c in rest for c in '?!$€£%@#"“”'):
        return False
    known = date_words()
    tokens = (fold_word(t) for t in TOKEN.findall(rest))
    return all(t in known.filler or t in known.weekdays for t in tokens)


def _resolve(
    group: Group,
    language: str | None,
    default_zone: str | None,
    now: datetime,
    day_first: bool | None,
    has_persian: bool,
) -> ParsedDate | None:
    found = group.parts["D"].value
    assert isinstance(found, re.Match)
    named = found.groupdict()
    zone_words = str(group.parts["Z"].value) if "Z" in group.parts else None
    year = _year(named, now, bool(_THAI.search(found.string)) or language == "th")
    if "a" in named:
        order = own_order(found)
        if order is None:
            order = day_first
        if order is None:
            order = named["sep"] == "." or not _is_american(group, language, default_zone, zone_words)
        month, day = (int(named["b"]), int(named["a"])) if order else (int(named["a"]), int(named["b"]))
    else:
        month = int(named["m"]) if named.get("m") else (month_number(named["word"], language) or 0)
        day = int(named["d"])
        if jalali := jalali_month_of(named):
            # A bare number such as 1445 may count the years of the moon, which begin by sight: no day can be told.
            if not (named.get("word") or has_persian or language == "fa"):
                return None
            year, month, day = from_jalali(year, jalali, day)
    clock = _clock(group.parts["T"].value) if "T" in group.parts else None
    zone = read_zone(zone_words, language, default_zone) if zone_words else None
    try:
        on = date(year, month, day)
        if clock is None:
            return ParsedDate(datetime(year, month, day, tzinfo=UTC), on, "day", None, None)
        hour, minute, second = clock
        return _aware(datetime(year, month, day, hour, minute, second or 0), second is not None, zone, default_zone)
    except (ValueError, OverflowError):
        return None


def _aware(local: datetime, has_seconds: bool, zone: tuple[tzinfo, str] | None, default_zone: str | None) -> ParsedDate:
    """A local time in its zone, else the publisher's, else UTC; OverflowError at the ends of the calendar."""
    basis, offset = "assumed_utc", None
    place = place_zone(default_zone) if default_zone and not zone else None
    if zone or place:
        found, basis = zone or (place, "source")
        moment = local.replace(tzinfo=found)
        offset = offset_minutes(moment)
    else:
        moment = local.replace(tzinfo=UTC)
    return ParsedDate(moment.astimezone(UTC), local.date(), "second" if has_seconds else "minute", offset, basis)


def from_jalali(year: int, month: int, day: int) -> tuple[int, int, int]:
    """A day of the Persian (solar) calendar as year, month, day of ours.

    By the cycle of 33 years with 8 leap years, which has been right for every year since 1178 (1799).
    """
    days = 365 * (year - 1) + (8 * (year - 1) + 29) // 33 + min(month - 1, 6) + 30 * (month - 1) + day
    found = date.fromordinal(_BEFORE_JALALI + days)
    return found.year, found.month, found.day


def _year(named: dict[str, str | None], now: datetime, is_thai: bool) -> int:
    if era := named.get("era"):
        counted = named["ey"] or ""
        return ERAS[era] + (1 if counted == "元" else int(counted))
    digits = named.get("yy") or named.get("y") or ""
    year = int(digits)
    # Thai pages count from the Buddha: 2567 is 2024.
    if len(digits) == 2:
        return 2000 + year if 2000 + year <= now.year + 1 else (1957 if is_thai else 1900) + year
    return year - 543 if 2400 <= year <= 2700 and is_thai else year


def _is_american(group: Group, language: str | None, default_zone: str | None, zone_words: str | None) -> bool:
    """Whether a numeric date with both numbers up to 12 is month first: a page in (American) English of the States."""
    tag = (language or "en").replace("_", "-").lower()
    if not tag.startswith("en"):
        return False
    if zone_words:
        return is_american(zone_words)
    if default_zone:
        return default_zone.startswith("America/")
    if tag == "en-us":
        return True
    time = group.parts.get("T")
    has_half = bool(time and isinstance(time.value, re.Match) and time.value["half"])
    return has_half and tag == "en"


_TO = re.compile(r"\s*(?:[-–—~〜]|to|till|until|bis|tot|til|till|à|a|до|do|ile)\s*")
_AFTERNOON = re.compile(r"[pP]|오후|下午|午後|晚上|μ\.?μ|م|ظهر|CH|পিএম")


def _clock(found: re.Match[str] | str) -> tuple[int, int, int | None]:
    """Hour, minute, and second where printed."""
    assert isinstance(found, re.Match)
    hour = int(found["h"])
    minute = int(next((found[g] for g in ("m1", "m2", "m3", "m4", "m5") if found[g]), 0))
    second = next((int(found[g]) for g in ("s1", "s3", "s4") if found[g]), None)
    half = (found["half"] or "") + (found["before"] or "")
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if _AFTERNOON.search(half) else 0)
    return hour, minute, second


def _machine_date(text: str, default_zone: str | None) -> ParsedDate | None:
    """ISO 8601, a compact date or an epoch number (UTC by its definition); None for anything else."""
    try:
        if found := _ISO.fullmatch(text):
            moment = datetime.fromisoformat(text)
            zone = (moment.tzinfo, "offset") if moment.tzinfo else None
            return _aware(moment.replace(tzinfo=None, microsecond=0), bool(found["seconds"]), zone, default_zone)
        if (found := _COMPACT.fullmatch(text)) and is_valid_day(int(found[1]), int(found[2]), int(found[3])):
            year, month, day = int(found[1]), int(found[2]), int(found[3])
            if not found[4]:
                return ParsedDate(datetime(year, month, day, tzinfo=UTC), date(year, month, day), "day", None, None)
            zone = (UTC, "offset") if found[7] else None
            local = datetime(year, month, day, int(found[4]), int(found[5]), int(found[6] or 0))
            return _aware(local, bool(found[6]), zone, default_zone)
        if found := _EPOCH.fullmatch(text):
            seconds = int(found[1]) if found[1] else int(found[2]) / 1e3 if found[2] else int(found[3]) / 1e6
            moment = datetime.fromtimestamp(int(seconds), UTC)
            return ParsedDate(moment, moment.date(), "second", 0, "offset")
    except (ValueError, OverflowError, OSError):
        return None
    return None


def _last_resort(text: str, language: str | None, default_zone: str | None) -> ParsedDate | None:
    """dateparser, for the forms not known here: slow (milliseconds), and only where a year is printed."""
    if len(text) > 80 or not re.search(r"(?<!\d)[12]\d{3}(?!\d)", text) or not re.search(r"(?<!\d)\d{1,2}(?!\d)", text):
        return None
    # Without a language it tries them all: four seconds the first time.
    if not language or not TOKEN.search(text):
        return None
    import dateparser

    settings = {"REQUIRE_PARTS": ["day", "month", "year"], "PARSERS": ["absolute-time"], "DATE_ORDER": "DMY"}
    try:
        moment = dateparser.parse(text, languages=[language[:2]], settings=settings)  # type: ignore[arg-type]
    except (ValueError, OverflowError, TypeError, AttributeError, re.error):
        return None  # an unknown language code, or a form that dateparser itself trips over
    if moment is None or str(moment.year) not in text:
        return None
    if not re.search(r"\d[:.hH]\d\d", text):
        return ParsedDate(datetime(moment.year, moment.month, moment.day, tzinfo=UTC), moment.date(), "day", None, None)
    zone = (moment.tzinfo, "zone") if moment.tzinfo else None
    return _aware(moment.replace(tzinfo=None, microsecond=0), bool(moment.second), zone, default_zone)
