"""The words of dates (seeds/dates.toml), ready to look up."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

_SEED = Path(__file__).parent.parent / "seeds" / "dates.toml"

#: Marks that belong to the letter before them; `\w` does not know them (Hindi, Bengali, Tamil, Thai, Arabic, Hebrew).
MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f\u0962\u0963\u0981-\u0983\u09bc-\u09d7\u0a01-\u0a75\u0a81-\u0acd\u0b01-\u0bd7\u0c00-\u0d63\u0dca-\u0ddf\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u17b4-\u17d3\u200c\u200d"  # noqa: E501
#: A word of letters; in Thai also an abbreviation with points inside.
LETTERS = rf"[^\W\d_](?:[^\W\d_]|[{MARKS}]|\.(?=[\u0e00-\u0e7f]))*"

#: What a word can be in a line with a date; `words_of` puts these together.  MAYBE: at least its beginning is that of a
#: reading time, a count or a `3 hours ago`.  OTHER: no word of dates.
MONTH, LABEL, ZONE, MAYBE, PLAIN, OTHER = 1, 2, 4, 8, 16, 32
_ANY = MONTH | LABEL | ZONE | MAYBE | PLAIN

# In these scripts words are not apart, or their endings are glued on: they are left to the patterns.  No run of letters
# in a timestamp is longer than `เผยแพร่เมื่อวันที่`.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_LONGEST_RUN = 24
#: Letters that begin a word in the middle of a run of letters.
CAPITALS = "".join(c for c in map(chr, (*range(0x40, 0x590), *range(0x1E00, 0x2000))) if c.isupper())
# As LETTERS, but a capital begins a new word: `PublishedJuly 3` is as common as `Published July 3`.
_WORD = re.compile(rf"[{CAPITALS}]+(?![^\W\d_{CAPITALS}])|[^\W\d_](?:[^\W\d_{CAPITALS}]|[{MARKS}])*")

_DIACRITIC = re.compile(r"[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0640.'’׳״]")


@dataclass(frozen=True)
class DateWords:
    """Tables of `seeds/dates.toml`; keys are as `fold_word` makes them.

    `months`: a word to its month where no language is known; `months_by_language` goes before it, because a few words
    mean different months (`listopad` is October in Croatian and November in Polish).  `jalali`: the months of the
    Persian calendar.  `filler` is what may stand around a date.  `kinds`: a word to what it can be, as the constants
    above; `beginnings`: the first three letters of the words of `beside` and `relative`.
    """

    months: Mapping[str, int]
    months_by_language: Mapping[str, Mapping[str, int]]
    jalali: Mapping[str, int]
    weekdays: frozenset[str]
    filler: frozenset[str]
    kinds: Mapping[str, int]
    beginnings: frozenset[str]
    labels: re.Pattern[str]
    beside: re.Pattern[str]
    relative: re.Pattern[str]
    zones: Mapping[str, str]
    shared_zones: Mapping[str, Any]


def fold_word(word: str) -> str:
    """A word for looking up: caseless, no accents, no points."""
    if word.isascii():
        return word.lower().replace(".", "").replace("'", "")
    return _DIACRITIC.sub("", unicodedata.normalize("NFKD", word.casefold().replace("ı", "i")))


def _unaccented(text: str) -> str:
    """Without accents, as capitals are often printed: `ΕΝΗΜΕΡΩΣΗ`, `MISE A JOUR`."""
    return unicodedata.normalize("NFC", re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFD", text)))


def _phrases(texts: Iterable[str]) -> str:
    texts = {*texts, *map(_unaccented, texts)}
    return "|".join(re.escape(t).replace(r"\ ", r"\s+") for t in sorted(texts, key=len, reverse=True))


def _numbered(names: list[str]) -> dict[str, int]:
    """Names of the twelve months to their numbers; `_` is the space inside of a name."""
    return {fold_word(word.replace("_", " ")): n for n, words in enumerate(names, 1) for word in words.split()}


@cache
def _spellings() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Words as Americans and as the British spell them."""
    seed = tomllib.loads(_SEED.read_text(encoding="utf-8"))
    american, british = (
        re.compile(rf"\b(?:{'|'.join(seed[name].split())})", re.IGNORECASE) for name in ("american", "british")
    )
    return american, british


def is_american(text: str) -> bool:
    """Whether an English text is spelled as in the States, where the month stands first in 03/04/2014."""
    american, british = (len(pattern.findall(text)) for pattern in _spellings())
    return american > british


def _bare_words(pattern: str) -> list[str]:
    """The words, or beginnings of words, that a pattern of the seed spells out."""
    spelled = re.sub(r"\\.|\{n\}|(?:\[[^]]*\]|[^()])\?|\[[^]]*\]", " ", pattern.replace("(?:", "("))
    return [fold_word(w) for w in re.findall(LETTERS, spelled)]


def _word_kinds(patterns: list[str], words: Mapping[int, Iterable[str]]) -> dict[str, int]:
    kinds: dict[str, int] = {}
    for kind, texts in words.items():
        for text in texts:
            for word in _WORD.findall(text):
                key = fold_word(word)
                kinds[key] = kinds.get(key, 0) | kind
    for pattern in patterns:
        for key in _bare_words(pattern):
            kinds[key] = kinds.get(key, 0) | MAYBE
    return kinds


@cache
def date_words() -> DateWords:
    """The tables, read once a process (about 20 ms)."""
    seed = tomllib.loads(_SEED.read_text(encoding="utf-8"))
    by_language = {language: _numbered(names) for language, names in seed["months"].items()}
    months: dict[str, int] = {}
    for table in by_language.values():
        for word, number in table.items():
            months.setdefault(word, number)
    jalali = {word: n for names in seed["jalali_months"].values() for word, n in _numbered(names).items()}
    # `on` is a Wednesday in Norwegian, and a word before a date in English.
    filler = frozenset(fold_word(w) for w in seed["filler"].split())
    weekdays = frozenset(fold_word(w) for days in seed["weekdays"].values() for w in days.split()) - filler
    zones = [w for shorts in seed["zones"].values() for w in shorts.split()]
    patterns = [*seed["beside"], *seed["relative"]]
    kinds = _word_kinds(
        patterns,
        {
            MONTH: [*months, *jalali],
            LABEL: [*seed["published"], *seed["updated"]],
            ZONE: [*zones, *seed["shared_zones"], "Eastern Central Mountain Pacific"],
            PLAIN: [*weekdays, seed["filler"], seed["inside"]],
        },
    )
    return DateWords(
        months=months,
        months_by_language=by_language,
        jalali=jalali,
        weekdays=weekdays,
        filler=filler,
        kinds=kinds,
        beginnings=frozenset(w[:3] for p in patterns for w in _bare_words(p) if len(w) >= 3),
        labels=re.compile(
            rf"(?<![^\W\d_])(?:(?P<updated>{_phrases(seed['updated'])})|(?P<published>{_phrases(seed['published'])}))"
            rf"(?![^\W\d_]|[{MARKS}])",
            re.IGNORECASE,
        ),
        # In `May 3, 2019 Comments` the number is the year.
        beside=_counted(seed["beside"], r"(?!(?:19|20)\d\d\b)\d{1,4}(?:[.,]\d{1,3})?[km]?"),
        relative=_counted(seed["relative"], r"\d{1,4}"),
        zones=seed["zones"],
        shared_zones=seed["shared_zones"],
    )


def _counted(patterns: list[str], number: str) -> re.Pattern[str]:
    """One pattern of many; those that begin with a number first, as there it is told soonest that none fits."""
    first = "|".join(p.removeprefix("{n}") for p in patterns if p.startswith("{n}"))
    others = "|".join(p for p in patterns if not p.startswith("{n}"))
    either = rf"(?:(?<![^\W_]){{n}}(?:{first})|(?<![^\W\d_])(?:{others}))(?![^\W\d_])"
    return re.compile(either.replace("{n}", number), re.IGNORECASE)


@lru_cache(maxsize=1 << 13)
def _kind(word: str) -> int:
    if len(word) > _LONGEST_RUN:
        return OTHER
    if not word.isascii() and _UNSPACED.search(word):
        return _ANY
    known, key = date_words(), fold_word(word)
    return known.kinds.get(key, 0) | (MAYBE if key[:3] in known.beginnings else 0) or OTHER


def words_of(text: str, stop_at: int = 0) -> int:
    """What the words of `text` can be, put together; no further than the first that is one of `stop_at`."""
    kinds = 0
    for found in _WORD.finditer(text):
        kinds |= _kind(found[0])
        if kinds & stop_at:
            break
    return kinds


def next_word(text: str, at: int) -> str:
    """The word that begins at `at`, empty where none does."""
    found = _WORD.match(text, at)
    return found[0] if found else ""


def month_number(word: str, language: str | None = None) -> int | None:
    """1 to 12 for a month's name or short form, None for any other word."""
    words = date_words()
    key = fold_word(word)
    own = words.months_by_language.get((language or "")[:2], {})
    return own.get(key) or words.months.get(key)


def jalali_month(word: str) -> int | None:
    """1 to 12 for a month's name of the Persian calendar."""
    return date_words().jalali.get(fold_word(word))
