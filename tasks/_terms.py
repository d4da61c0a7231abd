"""Articles as vectors: the words that say what each is about, and how much each of them says (TF-IDF).

How rare a word is comes from a table for each language that ships with copydesk (seeds/words.npz), so that it does not
depend on what else is in the warehouse: three articles are grouped as they would be among three million.  But for what
nearly every article has: the name of the town in a paper of one town tells its articles apart as little as `the` does,
and no table knows it.  Such words are learned by `reprocess` (flows/memory.py, warehouse/frequencies.py).
"""

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from tasks._text import UNSPACED, folded, words
from warehouse.frequencies import CommonWords, Frequencies

TABLE = Path(__file__).resolve().parent.parent / "seeds" / "words.npz"
#: Terms kept of an article, the heaviest first.  More do not help: B3 on stories.jsonl is .910 with 40, .915 with 50,
#: .916 with 55 and 60, .902 to .914 with 65 to 100, .900 with 150.
MOST_TERMS = 55
#: The first words of a body count twice: what it is about stands there.
LEAD_WORDS = 60
#: Terms are numbers of so many bits; two words in 16 million share one, which no two articles notice.
TERM_BITS = 24
#: Weights are whole numbers, with vectors of this length: sums of their products come out the same in any order.
LENGTH = 255
#: An article counts as so many words when the share of words becomes that of articles; from 20 to 200 B3 is .911 to
#: .917.
_WORDS = 50
#: Shares of words that are not in the table: less than any in it; of pairs of characters there are fewer.
_RARE, _RARE_PAIR = 1e-7, 1e-5
#: Numbers of one or two digits and years, and others: in so many of all articles.
_COMMON_NUMBER, _NUMBER = 0.02, 0.001
#: A word in this share of the warehouse's articles, of so many or more, is as common as it is there.  Events have less:
#: their words are not counted against them.
LEAST_SHARE, LEAST_ARTICLES = 0.1, 1000
#: A word in all articles still says something.
_MOST_SHARE = 0.9
#: In a language without a table long words say more: natural logarithm for each letter.
_BY_LETTER = 1.5
#: Words whose terms are kept in mind, and the bits of a term that say what a word is: at most so many letters.
_KNOWN_WORDS = 1 << 17
_KIND_BITS, _KINDS, _LONGEST_WORD = 8, 3, 252
#: Articles whose words are in memory at a time.
_AT_ONCE = 250
#: Of what a level in the table is the logarithm (to the base of 2).
LEVELS = 8
#: Languages that are read by the table of another.
_SAME = {"nb": "no", "nn": "no", "hr": "sh", "bs": "sh", "sr": "sh", "fil": "tl"}
#: Where the plural mostly ends in s, words are taken without it.
_PLURAL_IN_S = frozenset({"en", "es", "fr", "pt", "ca"})
_TERM = re.compile(rf"[{UNSPACED}]+|[^\W_{UNSPACED}]+")
_IS_UNSPACED = re.compile(rf"[{UNSPACED}]")
#: What terms are made of was decided like this; nodes made otherwise are made anew.
MADE = f"1 {MOST_TERMS} {LEAD_WORDS} {TERM_BITS} {LENGTH}"


@dataclass(frozen=True, slots=True)
class Vectors:
    """Of some articles the terms and their weights, one after the other; `owners`: the article's place, of each."""

    owners: np.ndarray
    terms: np.ndarray
    weights: np.ndarray


def vectors(copies: Sequence[tuple[str | None, str | None, str, str | None]], common: Frequencies) -> Vectors:
    """Articles as title, standfirst, body and language; each has a vector of length `LENGTH`, or none without words.

    `common`: what is known to be common in the warehouse.
    """
    found = [Vectors(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.uint8))]
    for first in range(0, len(copies), _AT_ONCE):
        some = _vectors(copies[first : first + _AT_ONCE], common)
        found.append(Vectors(some.owners + first, some.terms, some.weights))
    columns = zip(*((some.owners, some.terms, some.weights) for some in found), strict=True)
    return Vectors(*map(np.concatenate, columns))


def _vectors(copies: Sequence[tuple[str | None, str | None, str, str | None]], common: Frequencies) -> Vectors:
    told: list[int] = []
    times: list[int] = []
    lengths = np.zeros(len(copies), np.int64)
    for place, (title, standfirst, body, language) in enumerate(copies):
        found = split(body)
        counts = Counter([*found, *found[:LEAD_WORDS], *split(title or ""), *split(standfirst or "")])
        told += map(_TERMS[has_plural(language)].__getitem__, counts)
        times += counts.values()
        lengths[place] = len(counts)
    terms = np.array(told, np.int64)
    both, first, number = np.unique(
        np.repeat(np.arange(len(copies)), lengths) << TERM_BITS | terms >> _KIND_BITS,
        return_index=True,
        return_inverse=True,
    )
    owner, term = both >> TERM_BITS, both & ((1 << TERM_BITS) - 1)
    rarity = np.zeros(len(both))
    languages = [language for *_, language in copies]
    numbers = {language: n for n, language in enumerate(dict.fromkeys(languages))}
    spoken = np.array([numbers[language] for language in languages], np.int64)[owner]
    for language, n in numbers.items():
        some = terms[first[spoken == n]]
        keys = some >> _KIND_BITS
        rare = _rarity(keys, (some & ((1 << _KIND_BITS) - 1)) - _KINDS, language)
        rarity[spoken == n] = _at_most(rare, keys, common.languages.get(language or ""))
    weight = (1 + np.log(np.bincount(number, times, minlength=len(both)))) * rarity
    order = np.lexsort((term, -weight, owner))
    owner, term, weight = owner[order], term[order], weight[order]
    firsts = np.searchsorted(owner, np.arange(len(copies)))
    kept = np.arange(len(owner)) - firsts[owner] < MOST_TERMS
    owner, term, weight = owner[kept], term[kept], weight[kept]
    norms = np.sqrt(np.bincount(owner, weight**2, minlength=len(copies)))
    whole = np.maximum(np.rint(weight / norms[owner] * LENGTH), 1).astype(np.uint8)
    return Vectors(owner, term, whole)


def split(text: str) -> list[str]:
    """The folded words of a text; where a script has no spaces, the pairs of neighbouring characters."""
    text = folded(text)
    if not _IS_UNSPACED.search(text):
        return words(text)
    found: list[str] = []
    for word in _TERM.findall(text):
        if len(word) > 1 and _IS_UNSPACED.match(word):
            found += [word[n : n + 2] for n in range(len(word) - 1)]
        else:
            found.append(word)
    return found


class _Terms(dict[str, int]):
    """The term of each word, worked out when it is first asked for: its number and, in the lowest bits, what it is.

    That is how many letters it has; -1 for a common number, -2 for another, -3 for characters unspaced; plus _KINDS.
    """

    def __init__(self, has_plural: bool):
        self._has_plural = has_plural

    def __missing__(self, word: str) -> int:
        if len(self) >= _KNOWN_WORDS:
            self.clear()
        if word.isdigit():
            kind = -1 if len(word) < 3 or (len(word) == 4 and word[:2] in ("19", "20")) else -2
        else:
            kind = -3 if _IS_UNSPACED.match(word) else min(len(word), _LONGEST_WORD)
        self[word] = found = key(word, self._has_plural) << _KIND_BITS | (kind + _KINDS)
        return found


def key(word: str, has_plural: bool) -> int:
    """The number of the term that a folded word is."""
    if has_plural and len(word) > 3 and word[-1] == "s" and word[-2] != "s":
        word = word[:-1]
    return zlib.crc32(word.encode("utf-8", "surrogatepass")) >> (32 - TERM_BITS)


def has_plural(language: str | None) -> bool:
    """Whether words of this language are taken without the s of the plural."""
    return language in _PLURAL_IN_S


def _rarity(keys: np.ndarray, kinds: np.ndarray, language: str | None) -> np.ndarray:
    """Minus the logarithm of the share of articles that have each term."""
    table = _table(_SAME.get(language or "", language or ""))
    if table is None:
        rarest = -np.log(-np.expm1(-_RARE * _WORDS))
        rare = np.minimum(np.where(kinds == -3, -np.log(_RARE_PAIR * _WORDS), kinds * _BY_LETTER), rarest)
    else:
        known, levels = table
        place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
        share = np.where(
            known[place] == keys, np.exp2(-levels[place] / LEVELS), np.where(kinds == -3, _RARE_PAIR, _RARE)
        )
        rare = -np.log(-np.expm1(-share * _WORDS))
    return np.select([kinds == -1, kinds == -2], [-np.log(_COMMON_NUMBER), -np.log(_NUMBER)], rare)


def _at_most(rarity: np.ndarray, terms: np.ndarray, common: CommonWords | None) -> np.ndarray:
    """The same, but no more than the warehouse makes it."""
    if common is None or not len(common.terms):
        return rarity
    place = np.minimum(np.searchsorted(common.terms, terms), len(common.terms) - 1)
    own = -np.log(np.minimum(common.shares[place], _MOST_SHARE))
    return np.where(common.terms[place] == terms, np.minimum(rarity, own), rarity)


def common_words(
    parts: Iterable[Sequence[tuple[str | None, str | None, str, str | None]]], articles: Mapping[str, int]
) -> dict[str, CommonWords]:
    """What is common in these articles, by language; of languages with few articles nothing.

    `articles`: how many of each language the warehouse has, of which these are some.
    """
    found: dict[str, Counter[int]] = {name: Counter() for name, count in articles.items() if count >= LEAST_ARTICLES}
    read: Counter[str] = Counter()
    for part in parts:
        for title, standfirst, body, language in part:
            name = language or ""
            if name in found:
                told = {*split(body), *split(title or ""), *split(standfirst or "")}
                terms = map(_TERMS[has_plural(language)].__getitem__, told)
                found[name].update({term >> _KIND_BITS for term in terms})
                read[name] += 1
    known = {}
    for name, counts in found.items():
        kept = sorted((term, count) for term, count in counts.items() if count >= LEAST_SHARE * read[name])
        terms, shares = np.array([term for term, _ in kept], np.int64), np.array([count for _, count in kept])
        known[name] = CommonWords(articles[name], terms, shares / max(read[name], 1))
    return known


_TERMS = {has_plural: _Terms(has_plural) for has_plural in (False, True)}


@cache
def _table(language: str) -> tuple[np.ndarray, np.ndarray] | None:
    """The sorted terms of a language's common words, and the level of their share of all words; None without any."""
    arrays = _tables()
    place = np.flatnonzero(arrays["languages"] == language)
    if not len(place):
        return None
    end = int(arrays["counts"][: place[0] + 1].sum())
    own = slice(end - int(arrays["counts"][place[0]]), end)
    return np.cumsum(arrays["steps"][own].astype(np.int64)), arrays["levels"][own].astype(np.float64)


@cache
def _tables() -> dict[str, np.ndarray]:
    with np.load(TABLE, allow_pickle=False) as file:
        return {name: file[name] for name in ("languages", "counts", "steps", "levels")}
