"""What a batch holds of each source, beside what that source has been so far: numbers for the suite `batch` to judge.

A measure is None where nothing can be said: too few documents, or no past to hold them against.  What chance alone
would often enough bring about is measured as no change at all, so that the limits of the suite are only about what
matters, and ask for no statistics.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, lgamma, sqrt
from statistics import median

from schemas.article import Article
from schemas.run import SourceHistory

#: A source has a past from so many documents (or articles) on: a share of 50 is known to 14 points at worst.
_PAST = 50
#: So many documents of a source say something beside its past: fewer are one feed, one section, one bad evening.
_BESIDE_PAST = 20
#: So many say something with no past to hold them against.
_ALONE = 30
#: What chance brings about less often than this is a change.  In a simulation of 30,000 batches of 20 to 256 documents
#: from sources that stay as they are it gave 8 false alarms, 4e-4 gave 11.  40 documents show refusals risen from 3% to
#: 30% 9 times in 10 (7 where the past is 100 documents); bodies of half the length 9 times in 10 where the logarithm of
#: words spreads by .7, always where it spreads by .5, and 7 times in 10 where it spreads by .9.
_CHANCE = 2e-4
#: The same for a normal deviate, both tails together.
_DEVIATES = 3.72

#: Column of the frame -> what the suite's sample calls it.
SHARES = {"refused": "refused", "missing_title": "without a title", "missing_date": "without a date"}
COLUMNS = (
    *(f"{share}_rise" for share in SHARES),
    "median_words_ratio",
    *(f"{share}_share" for share in SHARES),
    "median_words",
)

NONE_NAMED = "(none named)"
OTHERS = "(sources of few documents)"


@dataclass(frozen=True, slots=True)
class SourceMeasures:
    """One source of a batch.

    `values`: by column of `COLUMNS`; a share is 0 to 1, a rise the points of share above the past, a ratio that of
    median words to those of the past.  `told`: the same in words, for those that are not None.
    """

    source: str
    values: Mapping[str, float | None]
    told: Mapping[str, str]


def measure_sources(articles: Iterable[Article], history: Mapping[str | None, SourceHistory]) -> list[SourceMeasures]:
    """The sources of a batch of which anything can be said.

    Sources without a past, of which the batch holds too few documents to say anything of each, are taken together: a
    folder of a hundred shops is one document each of a hundred sources.
    """
    parts: dict[str | None, list[Article]] = {}
    for article in articles:
        parts.setdefault(article.source, []).append(article)
    others: list[Article] = []
    measured = []
    for source, part in parts.items():
        past = history.get(source, SourceHistory())
        if past.documents < _PAST and len(part) < _ALONE:
            others += part
        else:
            measured.append(_measure(NONE_NAMED if source is None else source, part, past))
    measured.append(_measure(OTHERS, others, SourceHistory()))
    return [one for one in measured if one.told]


def _measure(source: str, part: Sequence[Article], past: SourceHistory) -> SourceMeasures:
    accepted = [article for article in part if article.outcome == "accepted"]
    counts = {
        "refused": (len(part) - len(accepted), len(part), past.refused, past.documents),
        "missing_title": (sum(a.title is None for a in accepted), len(accepted), past.missing_title, past.articles),
        "missing_date": (
            sum(a.published_at is None for a in accepted),
            len(accepted),
            past.missing_date,
            past.articles,
        ),
    }
    values: dict[str, float | None] = dict.fromkeys(COLUMNS)
    told: dict[str, str] = {}
    for name, (found, of, found_before, of_before) in counts.items():
        if of_before >= _PAST and of >= _BESIDE_PAST:
            values[f"{name}_rise"] = share_rise(found, of, found_before, of_before)
            told[f"{name}_rise"] = f"{found / of:.0%} {SHARES[name]}, {found_before / of_before:.0%} before"
        elif of_before < _PAST and of >= _ALONE:
            values[f"{name}_share"] = found / of
            told[f"{name}_share"] = f"{found / of:.0%} of {of} {SHARES[name]}"
    words = [article.word_count for article in accepted]
    if past.articles >= _PAST and len(words) >= _BESIDE_PAST:
        values["median_words_ratio"] = words_ratio(words, past)
        told["median_words_ratio"] = f"{median(words):.0f} words in the median, {past.median_words:.0f} before"
    elif past.articles < _PAST and len(words) >= _ALONE:
        values["median_words"] = median(words)
        told["median_words"] = f"{median(words):.0f} words in the median of {len(words)}"
    return SourceMeasures(source, values, {column: f"{source}: {words}" for column, words in told.items()})


def share_rise(found: int, of: int, found_before: int, of_before: int) -> float:
    """By how many points a share has risen; 0 where it has not, or where chance may have done it.

    Fisher's exact test, one-sided: how often would `of` documents drawn from past and batch together hold as many?
    It holds at any size, and for a share of nothing.
    """
    rise = found / of - found_before / of_before
    if rise <= 0:
        return 0.0
    every, all_found = of + of_before, found + found_before
    drawn = _log_choices(every, of)
    chance = sum(
        exp(_log_choices(all_found, some) + _log_choices(every - all_found, of - some) - drawn)
        for some in range(max(found, of - (every - all_found)), min(all_found, of) + 1)
    )
    return rise if chance < _CHANCE else 0.0


def _log_choices(of: int, some: int) -> float:
    """The logarithm of in how many ways so many can be chosen of all."""
    return lgamma(of + 1) - lgamma(some + 1) - lgamma(of - some + 1)


def words_ratio(words: Sequence[int], past: SourceHistory) -> float:
    """Median words to those of the past; 1 where chance may have made the difference.

    Each article gets the number of the past's quartiles it is above (half for one it equals); the mean is 1.5 when
    nothing has changed, whatever the distribution.  It is the Wilcoxon-Mann-Whitney rank test in four classes, whose
    scores have the variance 1.25; it needs no more of the past than three numbers, and logarithms would change nothing.
    """
    quartiles = [q for q in (past.low_words, past.median_words, past.high_words) if q is not None]
    score = sum((count > quartile) + (count == quartile) / 2 for count in words for quartile in quartiles) / len(words)
    deviates = (score - 1.5) / sqrt(1.25 * (1 / len(words) + 1 / past.articles))
    return median(words) / max(past.median_words or 1, 1) if abs(deviates) > _DEVIATES else 1.0
