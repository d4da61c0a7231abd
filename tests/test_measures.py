"""The measures of a batch: what chance does is no alarm, and what is no chance is one."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from schemas.article import Article
from schemas.run import SourceHistory
from tasks._measures import COLUMNS, NONE_NAMED, OTHERS, measure_sources, share_rise, words_ratio

SUITE = Path(__file__).resolve().parent.parent / "schemas" / "expectations" / "batch.json"
LIMITS = {e["kwargs"]["column"]: e["kwargs"] for e in json.loads(SUITE.read_text(encoding="utf-8"))["expectations"]}
DAY = datetime(2020, 1, 2, tzinfo=UTC)
#: (share refused, share without a title, share without a date, spread of the logarithm of words) of an outlet.
PLAIN = (0.03, 0.01, 0.05, 0.6)
OUTLETS = [PLAIN, (0.0, 0.0, 0.0, 0.3), (0.3, 0.05, 0.5, 0.9), (0.1, 0.3, 0.95, 0.5)]


def drawn(random: np.random.Generator, count: int, outlet: Sequence[float], words: float = 450) -> list[Article]:
    """Documents of an outlet; `words`: their median."""
    refused, untitled, undated, spread = outlet
    numbers = np.exp(np.log(words) + spread * random.standard_normal(count))
    chances = random.random((count, 3))
    return [
        Article(
            "d", "o", source="Coast Post",
            outcome="rejected" if chance[0] < refused else "accepted",
            title=None if chance[1] < untitled else "Roofs",
            published_at=None if chance[2] < undated else DAY,
            word_count=int(number) + 1,
        )
        for chance, number in zip(chances, numbers, strict=True)
    ]  # fmt: skip


def past_of(articles: Sequence[Article]) -> SourceHistory:
    accepted = [a for a in articles if a.outcome == "accepted"]
    low, middle, high = np.quantile([a.word_count for a in accepted], [0.25, 0.5, 0.75])
    return SourceHistory(
        len(articles), len(articles) - len(accepted), len(accepted),
        sum(a.title is None for a in accepted), sum(a.published_at is None for a in accepted),
        float(low), float(middle), float(high),
    )  # fmt: skip


def alarms(articles: Sequence[Article], past: SourceHistory | None = None) -> list[str]:
    """The columns that miss the limits of the suite."""
    return [
        column
        for one in measure_sources(articles, {"Coast Post": past} if past else {})
        for column, value in one.values.items()
        if value is not None
        and not LIMITS[column].get("min_value", value) <= value <= LIMITS[column].get("max_value", value)
    ]


def test_every_measure_has_a_limit():
    assert set(LIMITS) == set(COLUMNS)


def test_a_source_that_stays_as_it_is_raises_no_alarm():
    random = np.random.default_rng(1)
    all_they_print = [drawn(random, 3000, outlet) for outlet in OUTLETS]

    def some(printed: list[Article], count: int) -> list[Article]:
        return [printed[place] for place in random.integers(0, len(printed), count)]

    pasts = [(printed, past_of(some(printed, size))) for printed in all_they_print for size in (80, 200, 500, 1000)]
    false = []
    for number in range(2000):
        printed, past = pasts[number % len(pasts)]
        false += alarms(some(printed, int(random.integers(20, 257))), past)
    assert len(false) <= 1, false


@pytest.mark.parametrize(
    ("column", "outlet", "words"),
    [
        ("missing_date_rise", (0.03, 0.01, 0.60, 0.6), 450),
        ("missing_title_rise", (0.03, 0.40, 0.05, 0.6), 450),
        ("refused_rise", (0.30, 0.01, 0.05, 0.6), 450),
        ("median_words_ratio", PLAIN, 225),
        ("median_words_ratio", PLAIN, 900),
    ],
)
def test_forty_documents_show_a_real_change_and_nothing_else(column: str, outlet: Sequence[float], words: float):
    random = np.random.default_rng(2)
    past = past_of(drawn(random, 1000, PLAIN))
    raised = [alarms(drawn(random, 40, outlet, words), past) for _ in range(50)]
    assert sum(column in found for found in raised) >= 45
    assert {other for found in raised for other in found} == {column}


def test_a_change_too_small_to_matter_is_no_alarm_however_sure_it_is():
    assert share_rise(20, 256, 5, 1000) == pytest.approx(20 / 256 - 0.005)
    assert share_rise(20, 256, 5, 1000) < LIMITS["refused_rise"]["max_value"]


def test_few_documents_say_nothing():
    past = SourceHistory(100_000, 0, 100_000, 0, 0, 400, 500, 600)
    wrong = [Article("d", "o", source="Coast Post", word_count=1)]
    assert measure_sources([], {}) == []
    assert measure_sources(wrong, {"Coast Post": past}) == []
    assert measure_sources(wrong * 19, {"Coast Post": past}) == []
    assert sorted(alarms(wrong * 20, past)) == ["median_words_ratio", "missing_date_rise", "missing_title_rise"]
    assert measure_sources(wrong * 29, {}) == []
    assert sorted(alarms(wrong * 30)) == ["median_words", "missing_date_share", "missing_title_share"]


def test_a_source_that_has_always_been_so_is_as_before():
    past = SourceHistory(1000, 900, 100, 100, 100, 20, 20, 20)
    undated = [Article("d", "o", source="Coast Post", word_count=20)] * 30
    refused = [Article("d", "o", source="Coast Post", outcome="rejected")] * 200
    assert alarms(undated + refused, past) == []
    assert len(alarms(undated + refused)) == 4


def test_lengths_that_are_all_the_same_are_no_change():
    past = SourceHistory(500, 0, 500, 0, 0, 300, 300, 300)
    assert words_ratio([300] * 256, past) == 1
    assert words_ratio([150] * 40, past) == 0.5
    briefs = SourceHistory(1000, 0, 1000, 0, 0, 10, 11, 12)  # as many of 9, 10, 11, 12 and 13 words
    assert words_ratio([9] * 17 + [10] * 15 + [11] * 10 + [12] * 9 + [13] * 9, briefs) == 1


def test_a_share_that_falls_is_no_rise():
    assert share_rise(0, 256, 900, 1000) == 0


def test_sources_of_few_documents_are_taken_together_but_not_with_large_ones():
    few = [Article("d", "o", source=f"shop{n}.example", outcome="rejected") for n in range(40)]
    large = [Article("d", "o", source=None, title="Roofs", published_at=DAY, word_count=300)] * 60
    measured = {one.source: one for one in measure_sources(few + large, {})}
    assert set(measured) == {OTHERS, NONE_NAMED}
    assert measured[OTHERS].values["refused_share"] == 1
    assert measured[OTHERS].told == {"refused_share": f"{OTHERS}: 100% of 40 refused"}
    assert measured[NONE_NAMED].values["refused_share"] == 0
