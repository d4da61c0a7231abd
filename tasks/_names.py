"""Bylines: who signed, as a list of names."""

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from schemas.draft import Byline

_SEED = Path(__file__).parent.parent / "seeds" / "names.toml"


@dataclass(frozen=True)
class _NameWords:
    """Tables of `seeds/names.toml`, casefolded."""

    prefix: re.Pattern[str]
    suffix: re.Pattern[str]
    joiners: frozenset[str]
    particles: frozenset[str]
    roles: frozenset[str]
    beats: frozenset[str]
    organisations: frozenset[str]
    nobody: frozenset[str]
    not_names: frozenset[str]


@cache
def _words() -> _NameWords:
    seed = tomllib.loads(_SEED.read_text(encoding="utf-8"))

    def folded(key: str) -> frozenset[str]:
        return frozenset(w.casefold() for w in seed[key])

    prefixes = "|".join(re.escape(p) for p in sorted(seed["prefixes"], key=len, reverse=True))
    suffixes = "|".join(re.escape(p) for p in sorted(seed["suffixes"], key=len, reverse=True))
    return _NameWords(
        prefix=re.compile(rf"\s*(?P<words>{prefixes})(?:\s*(?P<mark>[:：/／])\s*|(?P<space>\s+)|$)", re.IGNORECASE),
        suffix=re.compile(rf"\s*(?:{suffixes})\s*$", re.IGNORECASE),
        **{k: folded(k) for k in ("joiners", "particles", "roles", "beats", "organisations", "nobody", "not_names")},
    )


_SEPARATOR = re.compile(r"\s*(?:[,;/|•·、，；]|\s[-–—]\s)\s*")
# A name's word: letters with inner points, apostrophes and hyphens; initials such as `J.` and `J.K.`
_NAME_WORD = re.compile(r"[^\W\d_][^\W\d_'’ʼ.\-‐‑\u0300-\u036f]*(?:['’ʼ.\-‐‑][^\W\d_\u0300-\u036f]*)*")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_GENERATION = frozenset(("jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "phd", "md"))
_GENERATION_COMMA = re.compile(r",\s*(?=(?:[JS]r\b|I{2,3}\b|IV\b))")
# Endings of nouns and adjectives that no name has; `ing`, `ment`, `ance`, `ity` are left out for Manning, Clement,
# Vance and Charity.
_NOUN = re.compile(r"(?:tions?|sions|ments|ness|ities|ility|olog(?:y|ies)|[^r]ics|ware|ships?|ings|ances|ences|able|ible|ical|iz(?:e|ed|es|ing))$")
_HAS_DIGIT = re.compile(r"\d")


def is_person_name(line: str) -> bool:
    """Whether a line by itself is a person's name or a list of names, not a headline, a section or a place.

    A name here is two to four words that begin with a capital (or are all capitals), with small words such as `van`
    between them, and no word that headlines and section names are made of.
    """
    line = line.strip()
    if not 4 <= len(line) <= 120 or _HAS_DIGIT.search(line) or not line[0].isalpha():
        return False
    if not (line[-1].isalpha() or line[-1] == "."):
        return False
    words = _words()
    names: list[list[str]] = [[]]
    for part in _SEPARATOR.split(_GENERATION_COMMA.sub(" ", line)):
        for word in part.split():
            if word.casefold() in words.joiners and word.casefold() not in words.particles and names[-1]:
                names.append([])
            elif word in ("y", "e", "i") and len(names[-1]) > 1:
                names.append([])
            else:
                names[-1].append(word)
        names.append([])
    names = [n for n in names if n]
    is_capitals = line.isupper()
    return 1 <= len(names) <= 8 and all(_is_one_person(name, is_capitals) for name in names)


def _is_one_person(tokens: list[str], is_capitals: bool) -> bool:
    words = _words()
    counted = 0
    for index, token in enumerate(tokens):
        folded = token.casefold()
        if index and folded.strip(",") in _GENERATION:
            continue
        if not _NAME_WORD.fullmatch(token):
            return False
        if folded in words.particles and (index or len(tokens) > 2):
            continue
        if folded in words.not_names or folded in words.organisations or folded in words.roles:
            return False
        if token.islower() or (token.endswith(".") and len(token) > 5) or _NOUN.search(folded):
            return False
        # `PDF`, `USB` beside words in lower case; `PJ Hamel` is somebody.
        if not is_capitals and token.isupper() and "." not in token and len(token) > (1 if index else 2):
            return False
        counted += 1
    if not 2 <= counted <= 4:
        return False
    last = tokens[-1]
    return len(unicodedata.normalize("NFC", last).rstrip(".")) > 1
