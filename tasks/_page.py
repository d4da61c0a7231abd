"""What is seen of a whole copy or page, to tell articles from shops, listings, forums and services."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from schemas.errors import UsageError
from tasks._features import PLACE_OF_KIND, Sight
from tasks._shapes import DIGIT, SIGN
from tasks._text import number_words
from tasks._trees import Model
from tasks._words import Words

PATTERNS = Path(__file__).resolve().parent.parent / "seeds" / "pages.toml"

# Which are here was measured (cross-validated by site): of 60 that were tried, 24 do as well as all.
PAGE_FEATURES = (
    "words of pages that are no articles, in the copy", "words of pages that are no articles, in the body",
    "headline", "byline", "time", "sureness of the body", "words in doubt", "share of words in the body",
    "long sentences in the body", "words of a line of the body", "length of words in the body", "questions in the body",
    "stretches of the body", "share of the longest stretch", "lines in the body's gaps", "timestamps in the body",
    "words of the headline", "speaks of me", "speaks of you and us, in the body", "numbers", "prices",
    "share of links", "share of lines with digits", "share of lines with signs",
)  # fmt: skip
_ME = ("i", "me", "my")
_YOU_AND_US = ("you", "your", "yours", "yourself", "we", "our", "us", "ours")
_CURRENCIES = ("$", "€", "£", "¥", "₹", "usd", "eur", "gbp")
_PRICE = re.compile(r"[$€£¥₹]\s?\d|\d\s?[$€£]|\b(?:usd|eur|gbp)\b")
_LONG_SENTENCE = 25


#: What an HTML page has beside that.
MARKUP_FEATURES = (
    "calls itself an article", "calls itself a product", "has a section", "address of a shop, list or forum",
    "address with the words of a headline", "address with a date", "share of words in links", "blocks",
)  # fmt: skip
_ARTICLE_TYPES = ("article", "blogposting", "news", "blog", "report")
_SLUG_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Told:
    """What else is known of a copy.

    `headline`, `byline`, `time`: how likely it has one, 0 to 1.  `headline_words`.  `first`, `last`: lines of the body;
    (0, -1) without one.
    """

    headline: float
    byline: float
    time: float
    headline_words: float
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """On a whole copy: log-odds that it is no article, None of a model that cannot say, and what told most for that."""

    other_odds: float | None = None
    against: tuple[str, ...] = ()


def judge(head: str, values: np.ndarray, model: Model) -> Verdict:
    """The verdict of this head, `page` or `html_page`, on the features of a copy or page, (1, features)."""
    trees = model.heads.get(head)
    if trees is None:
        return Verdict()
    odds = round(float(trees.log_odds(values)[0]), 2)
    if odds < 0:
        return Verdict(odds)
    names = (*PAGE_FEATURES, *MARKUP_FEATURES)
    shares = trees.shares(values, values.shape[1])[0]
    return Verdict(odds, tuple(names[n] for n in np.argsort(-shares)[:3] if shares[n] > 0))


def markup_features(page_type: str | None, section: str | None, url: str | None, links: np.ndarray) -> np.ndarray:
    """(1, len(MARKUP_FEATURES)) float32; `links`: words in links and words of each block, (blocks, 2)."""
    kind, path = (page_type or "").lower(), _path(url or "")
    slug = max((len(_SLUG_WORD.findall(part)) for part in path.split("/")), default=0)
    is_shop, is_dated = (bool(read_patterns()[name].search(path)) for name in ("path", "dated_path"))
    return np.array(
        [[
            any(word in kind for word in _ARTICLE_TYPES), "product" in kind, bool(section), is_shop, min(slug, 8),
            is_dated, links[:, 0].sum() / max(float(links[:, 1].sum()), 1.0), len(links),
        ]],
        np.float32,
    )  # fmt: skip


def _path(url: str) -> str:
    try:
        return urlsplit(url).path.lower()
    except ValueError:  # `https://[::bad`
        return ""


@cache
def read_patterns() -> dict[str, re.Pattern[str]]:
    """The tables of seeds/pages.toml; a `UsageError` names the file when it cannot be read."""
    try:
        tables = tomllib.loads(PATTERNS.read_text(encoding="utf-8"))
        return {name: re.compile("|".join(f"(?:{p})" for p in table["patterns"])) for name, table in tables.items()}
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, re.error) as error:
        raise UsageError(f"{PATTERNS} cannot be read: {error}") from error


def page_features(sight: Sight, odds: np.ndarray, told: Told) -> np.ndarray:
    """(1, len(PAGE_FEATURES)) float32 of a labelled copy, which must have lines; `odds`: of each of being body."""
    is_body = odds > 0.5
    counts, words = sight.shapes.words, sight.words
    total, inside = max(float(counts.sum()), 1.0), float(counts[is_body].sum())
    right, missed = float((counts * odds)[is_body].sum()), float((counts * odds)[~is_body].sum())
    in_doubt = (odds > 0.2) & (odds < 0.8)
    long = is_body & (sight.shapes.stops > 0) & (counts >= _LONG_SENTENCE)
    count = len(odds)
    span = slice(told.first, told.last + 1)
    begins = is_body & ~np.concatenate(([False], is_body[:-1]))
    stretches = np.bincount(np.cumsum(begins)[is_body], counts[is_body], 1)
    paragraphs = max(int(is_body.sum()), 1)
    judged = words.judged
    of_body = judged & is_body[words.lines]
    asks = np.fromiter(map(str.endswith, words.folded, repeat("?")), bool, count)

    def mean(values: np.ndarray, where: np.ndarray) -> float:
        return float(values[words.ids[where]].mean()) if where.any() else 0.0

    return np.array(
        [[
            _leaning(words, np.ones(count, bool)), _leaning(words, is_body),
            told.headline, told.byline, told.time,
            2 * right / (right + inside + missed) if inside else 0.0, counts[in_doubt].sum() / total, inside / total,
            min(int(long.sum()), 20), inside / paragraphs, mean(words.sizes, of_body), asks[is_body].sum() / paragraphs,
            begins.sum(), stretches.max() / max(inside, 1.0),
            (~is_body[span]).sum() / max(told.last + 1 - told.first, 1), sight.stamps[span].sum(),
            told.headline_words, mean(_are(words, _ME), judged),
            mean(_are(words, _YOU_AND_US), of_body), mean(words.is_number, judged),
            _priced(words.folded) / count,
            (sight.kinds == PLACE_OF_KIND["related_links"]).mean(), (sight.shapes.counts[:, DIGIT] > 0).mean(),
            (sight.shapes.counts[:, SIGN] > 0).mean(),
        ]],
        np.float32,
    )  # fmt: skip


def _priced(texts: Sequence[str]) -> int:
    """How many lines name a price."""
    whole = "\n".join(texts)
    signs = [sign for sign in _CURRENCIES if sign in whole]
    may_be = {number for sign in signs for number, text in enumerate(texts) if sign in text}
    return sum(bool(_PRICE.search(texts[number])) for number in may_be)


def _are(words: Words, some: Sequence[str]) -> np.ndarray:
    numbers = words.tokens.numbers[words.first]
    are = np.zeros(len(numbers), bool)
    for number in _numbers(some):
        are |= numbers == number
    return are


@cache
def _numbers(some: Sequence[str]) -> np.ndarray:
    return number_words(some)


def _leaning(words: Words, where: np.ndarray) -> float:
    """How much the words of some lines lean to pages that are no articles: each once, by the root of their number."""
    stands = np.zeros(len(words.first), bool)
    stands[words.once_ids[where[words.once_lines]]] = True
    told = words.lexicon.page[words.learned[stands]]
    known = int((told != 0).sum())
    return float(told.sum()) / max(known, 1) ** 0.5
