"""The words of dates (seeds/dates.toml), ready to look up."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_SEED = Path(__file__).parent.parent / "seeds" / "dates.toml"

#: Marks that belong to the letter before them; `\w` does not know them (Hindi, Bengali, Tamil, Thai, Arabic, Hebrew).
MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f\u0962\u0963\u0981-\u0983\u09bc-\u09d7\u0a01-\u0a75\u0a81-\u0acd\u0b01-\u0bd7\u0c00-\u0d63\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u200c\u200d"  # noqa: E501
#: A word of letters; in Thai also an abbreviation with points inside.
LETTERS = rf"[^\W\d_](?:[^\W\d_]|[{MARKS}]|\.(?=[\u0e00-\u0e7f]))*"

_DIACRITIC = re.compile(r"[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0640.'’׳״]")


@dataclass(frozen=True)
class DateWords:
    """Tables of `seeds/dates.toml`; keys are as `fold_word` makes them.

    `months`: a word to its month where no language is known; `months_by_language` goes before it, because a few words
    mean different months (`listopad` is October in Croatian and November in Polish).  `filler` holds weekdays too.
    """

    months: Mapping[str, int]
    months_by_language: Mapping[str, Mapping[str, int]]
    weekdays: frozenset[str]
    filler: frozenset[str]
    labels: re.Pattern[str]
    reading: re.Pattern[str]
    relative: re.Pattern[str]
    zones: Mapping[str, str]
    shared_zones: Mapping[str, Any]


def fold_word(word: str) -> str:
    """A word for looking up: caseless, no accents, no points."""
    if word.isascii():
        return word.lower().replace(".", "").replace("'", "")
    return _DIACRITIC.sub("", unicodedata.normalize("NFKD", word.casefold()))


def _phrases(texts: list[str]) -> str:
    return "|".join(re.escape(t).replace(r"\ ", r"\s+") for t in sorted(texts, key=len, reverse=True))


@cache
def date_words() -> DateWords:
    """The tables, read once a process (about 15 ms)."""
    seed = tomllib.loads(_SEED.read_text(encoding="utf-8"))
    by_language = {
        language: {fold_word(word): number for number, names in enumerate(months, 1) for word in names.split()}
        for language, months in seed["months"].items()
    }
    months: dict[str, int] = {}
    for table in by_language.values():
        for word, number in table.items():
            months.setdefault(word, number)
    weekdays = frozenset(fold_word(w) for days in seed["weekdays"].values() for w in days.split())
    number = r"\d{1,4}"
    return DateWords(
        months=months,
        months_by_language=by_language,
        weekdays=weekdays,
        filler=frozenset(fold_word(w) for w in seed["filler"].split()),
        labels=re.compile(
            rf"(?<![^\W\d_])(?:(?P<updated>{_phrases(seed['updated'])})|(?P<published>{_phrases(seed['published'])}))"
            rf"(?![^\W\d_]|[{MARKS}])",
            re.IGNORECASE,
        ),
        reading=re.compile("|".join(seed["reading"]).replace("{n}", number), re.IGNORECASE),
        relative=re.compile(
            rf"(?<![^\W_])(?:{'|'.join(seed['relative']).replace('{n}', number)})(?![^\W\d_])", re.IGNORECASE
        ),
        zones=seed["zones"],
        shared_zones=seed["shared_zones"],
    )


def month_number(word: str, language: str | None = None) -> int | None:
    """1 to 12 for a month's name or short form, None for any other word."""
    words = date_words()
    key = fold_word(word)
    own = words.months_by_language.get((language or "")[:2], {})
    return own.get(key) or words.months.get(key)
