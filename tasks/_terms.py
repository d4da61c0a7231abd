"""Articles as vectors: the words that say what each is about, and how much each of them says (TF-IDF).

How rare a word is comes from a table for each language that ships with copydesk (seeds/words.npz), so that it does not
depend on what else is in the warehouse: three articles are grouped as they would be among three million.  But for what
nearly every article has: the name of the town in a paper of one town tells its articles apart as little as `the` does,
and no table knows it.  Such words are learned by `reprocess` (flows/memory.py, warehouse/frequencies.py).
"""

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from pathlib import Path

import numpy as np

from tasks._text import UNSPACED, each_once, folded, in_stretches, owners_of, paired, read_tokens
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
_ENTRY_BITS = TERM_BITS + _KIND_BITS
#: Of what a level in the table is the logarithm (to the base of 2).
LEVELS = 8
#: Languages that are read by the table of another.
_SAME = {"nb": "no", "nn": "no", "hr": "sh", "bs": "sh", "sr": "sh", "fil": "tl"}
#: Where the plural mostly ends in s, words are taken without it.
_PLURAL_IN_S = frozenset({"en", "es", "fr", "pt", "ca"})
_IS_UNSPACED = re.compile(rf"[{UNSPACED}]")
#: What terms are made of was decided like this; nodes made otherwise are made anew.
MADE = f"2 {MOST_TERMS} {LEAD_WORDS} {TERM_BITS} {LENGTH}"


#: Title, standfirst, body and language of an article.
Copy = tuple[str | None, str | None, str, str | None]


@dataclass(frozen=True, slots=True)
class Vectors:
    """Of some articles the terms and their weights, one after the other; `owners`: the article's place, of each."""

    owners: np.ndarray
    terms: np.ndarray
    weights: np.ndarray


def vectors(copies: Sequence[Copy], common: Frequencies) -> Vectors:
    """Articles as title, standfirst, body and language; each has a vector of length `LENGTH`, or none without words.

    `common`: what is known to be common in the warehouse.
    """
    found = [Vectors(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.uint8))]
    first = 0
    for some in _in_stretches(copies):
        made = _vectors(some, common)
        found.append(Vectors(made.owners + first, made.terms, made.weights))
        first += len(some)
    columns = zip(*((made.owners, made.terms, made.weights) for made in found), strict=True)
    return Vectors(*map(np.concatenate, columns))


def _in_stretches(copies: Sequence[Copy]) -> Iterator[Sequence[Copy]]:
    return in_stretches(copies, lambda copy: sum(len(text or "") for text in copy[:3]))


def _vectors(copies: Sequence[Copy], common: Frequencies) -> Vectors:
    owners, terms = _told(copies)
    entries, counts = np.unique(owners << _ENTRY_BITS | terms, return_counts=True)
    # Words of one term (the plural, or two of a number) are one.
    firsts = np.flatnonzero(np.diff(entries >> _KIND_BITS, prepend=-1))
    times = np.add.reduceat(counts, firsts) if len(firsts) else counts
    owner, told = entries[firsts] >> _ENTRY_BITS, entries[firsts] & ((1 << _ENTRY_BITS) - 1)
    term, kind = told >> _KIND_BITS, (told & ((1 << _KIND_BITS) - 1)) - _KINDS
    rarity = np.zeros(len(owner))
    languages = [language for *_, language in copies]
    numbers = {language: n for n, language in enumerate(dict.fromkeys(languages))}
    spoken = np.array([numbers[language] for language in languages], np.int64)[owner]
    for language, n in numbers.items():
        some = spoken == n
        rare = _rarity(term[some], kind[some], language)
        rarity[some] = _at_most(rare, term[some], common.languages.get(language or ""))
    weight = (1 + np.log(times)) * rarity
    order = np.argsort(-weight, kind="stable")  # of the same weight in the order of the terms, as they come
    order = order[np.argsort(owner[order].astype(np.min_scalar_type(len(copies))), kind="stable")]
    owner, term, weight = owner[order], term[order], weight[order]
    firsts = np.searchsorted(owner, np.arange(len(copies)))
    kept = np.arange(len(owner)) - firsts[owner] < MOST_TERMS
    owner, term, weight = owner[kept], term[kept], weight[kept]
    norms = np.sqrt(np.bincount(owner, weight**2, minlength=len(copies)))
    whole = np.maximum(np.rint(weight / norms[owner] * LENGTH), 1).astype(np.uint8)
    return Vectors(owner, term, whole)


def _told(copies: Sequence[Copy]) -> tuple[np.ndarray, np.ndarray]:
    """The words of some articles, as numbers of articles and terms; the first of a body twice."""
    texts = [folded(text or "") for copy in copies for text in (copy[2], copy[0], copy[1])]
    whole = "\n".join(texts)
    tokens = paired(read_tokens(whole))
    place = owners_of(texts, tokens.starts)
    firsts = np.searchsorted(place, np.arange(len(texts)))
    is_lead = (place % 3 == 0) & (np.arange(len(place)) - firsts[place] < LEAD_WORDS)
    owners = place // 3
    inflected = np.array([has_plural(language) for *_, language in copies], bool)[owners]
    terms = np.zeros(len(owners), np.int64)
    for with_plural in (False, True):
        some = np.flatnonzero(inflected == with_plural)
        numbers, inverse = np.unique(tokens.numbers[some], return_inverse=True)
        at = np.zeros(len(numbers), np.int64)
        at[inverse] = some  # where each stands, the last time
        terms[some] = _TERMS[with_plural].of(numbers, whole, tokens.starts[at], tokens.sizes[at])[inverse]
    return np.append(owners, owners[is_lead]), np.append(terms, terms[is_lead])


def split(text: str) -> list[str]:
    """The folded words of a text; where a script has no spaces, the pairs of neighbouring characters."""
    text = folded(text)
    found = paired(read_tokens(text))
    return [text[start : start + size] for start, size in zip(found.starts.tolist(), found.sizes.tolist(), strict=True)]


class _Terms:
    """The term of each word, worked out when it is first asked for: its number and, in the lowest bits, what it is.

    That is how many letters it has; -1 for a common number, -2 for another, -3 for characters unspaced; plus _KINDS.
    """

    def __init__(self, has_plural: bool):
        self._has_plural = has_plural
        self._known: dict[int, int] = {}

    def of(self, numbers: np.ndarray, text: str, starts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """The terms of the words with these numbers (`_text.Tokens`), each of which stands there in the text."""
        if len(self._known) >= _KNOWN_WORDS:
            self._known.clear()
        found = np.fromiter(map(self._known.get, numbers.tolist(), repeat(-1)), np.int64, len(numbers))
        for place in np.flatnonzero(found < 0).tolist():
            start = int(starts[place])
            self._known[int(numbers[place])] = found[place] = self._term(text[start : start + int(sizes[place])])
        return found

    def _term(self, word: str) -> int:
        if word.isdigit():
            kind = -1 if len(word) < 3 or (len(word) == 4 and word[:2] in ("19", "20")) else -2
        else:
            kind = -3 if _IS_UNSPACED.match(word) else min(len(word), _LONGEST_WORD)
        return key(word, self._has_plural) << _KIND_BITS | (kind + _KINDS)


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


def common_words(parts: Iterable[Sequence[Copy]], articles: Mapping[str, int]) -> dict[str, CommonWords]:
    """What is common in these articles, by language; of languages with few articles nothing.

    `articles`: how many of each language the warehouse has, of which these are some.
    """
    found: dict[str, Counter[int]] = {name: Counter() for name, count in articles.items() if count >= LEAST_ARTICLES}
    read: Counter[str] = Counter()
    for some in (some for part in parts for some in _in_stretches(part)):
        owners, terms = _told(some)
        each = each_once(owners << TERM_BITS | terms >> _KIND_BITS)
        languages = np.array([language or "" for *_, language in some])
        for name in found.keys() & set(languages.tolist()):
            spoken = languages == name
            found[name].update((each[spoken[each >> TERM_BITS]] & ((1 << TERM_BITS) - 1)).tolist())
            read[name] += int(spoken.sum())
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
