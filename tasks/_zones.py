"""Clock zones as printed beside a time: numeric offsets, IANA names and abbreviations."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tasks._date_words import date_words

# `+02:00`, `-0400`, and after GMT or UTC also `+7`.
_OFFSET = re.compile(r"(?:(?:GMT|UTC)\s?(?P<s1>[+\-−])\s?(?P<h1>\d{1,2})|(?P<s2>[+\-−])(?P<h2>\d{2})):?(?P<m>\d{2})?$")
#: An IANA name such as `America/New_York`.
PLACE = re.compile(r"[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_+-]+){1,2}")
_AMERICAN_PLACES = frozenset(
    (
        "America/New_York",
        "America/Chicago",
        "America/Denver",
        "America/Los_Angeles",
        "America/Anchorage",
        "Pacific/Honolulu",
    )
)
_AMERICAN = {"Eastern": "ET", "Central": "CT", "Mountain": "MT", "Pacific": "PT"}

#: No place on Earth is further than 14 hours from UTC.
_FURTHEST = timedelta(hours=14)


@cache
def place_zone(name: str) -> ZoneInfo | None:
    """The zone of an IANA name such as `Europe/London`; None when there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@cache
def _abbreviations() -> Mapping[str, str]:
    return {short: place for place, shorts in date_words().zones.items() for short in shorts.split()}


@cache
def zone_pattern() -> re.Pattern[str]:
    """Finds a zone as printed: an offset after GMT or UTC, an IANA name, an abbreviation in capitals."""
    shorts = sorted({*_abbreviations(), *date_words().shared_zones}, key=len, reverse=True)
    names = "|".join(re.escape(s) for s in shorts)
    return re.compile(
        rf"(?<![^\W\d_/])(?:(?:GMT|UTC)\s?[+\-−]\s?\d{{1,2}}(?::?\d{{2}})?(?!\d)|\[?{PLACE.pattern}\]?|{names}"
        r"|gmt|utc|bst|cest|edt|pdt"
        rf"|(?:{'|'.join(_AMERICAN)})(?:\s(?:Standard|Daylight))?(?:\s[Tt]ime)?)(?![^\W\d_])"
    )


def read_zone(words: str, language: str | None, default_zone: str | None) -> tuple[tzinfo, str] | None:
    """The zone printed as `words`, and its basis (`offset` or `zone`); None when it cannot be told.

    An abbreviation stands for the clock of its place: `EST` in July is New York's summer time, because people print
    EST all the year.  GMT and UTC are always zero.  One that several places share (`IST`) is the publisher's when it
    is among them, else the language's, else not known.
    """
    words = words.strip("[]() ")
    if words == "Z":
        return UTC, "offset"
    if found := _OFFSET.match(words):
        hours, minutes = int(found["h1"] or found["h2"]), int(found["m"] or 0)
        offset = timedelta(hours=hours, minutes=minutes)
        if offset > _FURTHEST or minutes > 59:
            return None
        return timezone(-offset if (found["s1"] or found["s2"]) != "+" else offset), "offset"
    if "/" in words:
        zone = place_zone(words)
        return (zone, "zone") if zone else None
    first = words.split()[0]
    short = _AMERICAN.get(first, first.upper())
    place = _abbreviations().get(short)
    if shared := date_words().shared_zones.get(short):
        spoken = shared["languages"].get((language or "")[:2], place)
        place = default_zone if default_zone in shared["zones"] else spoken
    if place is None:
        return None
    zone = UTC if place == "UTC" else place_zone(place)
    return (zone, "zone") if zone else None


def is_american(words: str) -> bool:
    """Whether the zone printed as `words` is one of the United States."""
    first = words.strip("[]() ").split()[0]
    place = _abbreviations().get(_AMERICAN.get(first, first), first)
    return place in _AMERICAN_PLACES


def offset_minutes(moment: datetime) -> int | None:
    """The offset from UTC of an aware time, in whole minutes (before 1900 places had seconds in theirs)."""
    offset = moment.utcoffset()
    return None if offset is None else round(offset.total_seconds() / 60)
