"""Great Expectations on finished articles: what every news article is, whoever wrote it.

The suite is data: `schemas/expectations/article.json`, in Great Expectations' own form, each with a severity and, in
its `meta`, the name that `failed_check:NAME` and `warned:NAME` use.  What an expectation cannot see in an article
(a list, a share of characters) is worked out here as a column of numbers.
"""

import contextlib
import json
import logging
import os
import re
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.article import Article
from schemas.errors import RunFailed
from schemas.run import ExpectationResult
from tasks._text import words

if TYPE_CHECKING:
    import pandas as pd

_SUITE = Path(__file__).parent.parent / "schemas" / "expectations" / "article.json"
_SAMPLE, _SAMPLE_CHARACTERS = 5, 120
#: Characters of the body looked at: what is wrong with a text is wrong with its beginning; a long one repeats itself.
_LOOKED_AT = 6000

_TAG = re.compile(
    r"</?(?:a|b|br|div|em|figure|h[1-6]|i|iframe|img|li|link|meta|ol|p|script|span|strong|style|table|td|tr|ul)"
    r"(?:\s[^<>]{0,500})?/?>",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"\bfunction\s*\w*\s*\([^)]*\)\s*\{|\b(?:var|let|const)\s+\w+\s*=|\bdocument\.(?:write|getElement|querySelector)"
    r"|\bwindow\.\w+\s*=|@media\s*[(\w]|\{\s*[\w-]+\s*:\s*[^;{}]+;[^{}]*\}|!important"
)
#: UTF-8 read as cp1252 (`â€™`, `Ã©`, `Ð¿Ñ€`): pairs that no language writes, with the character that is left of the
#: second byte.
_MOJIBAKE = re.compile("(?:â€|[ÃÐÑ])[\u0080-\u00bf\u0152-\u2122]|ï¿½")
_MOJIBAKE_SIGNS = ("â€", "Ã", "Ð", "Ñ", "ï¿½")
_CODE_SIGNS = ("{", "=", "@media", "!important", "document.")
_EMAIL_OR_URL = re.compile(r"\S@\S+\.\S|https?://|\bwww\.", re.IGNORECASE)

_lock = threading.Lock()


def warm() -> None:
    """Import Great Expectations and build the suite: seconds that are best spent while something else is waited for."""
    _validator()


def check_articles(articles: Sequence[Article]) -> tuple[list[Article], list[ExpectationResult]]:
    """Hold the accepted articles against the suite; all articles come back, in order.

    One that misses an expectation of critical severity comes back rejected (`failed_check:NAME`, stage `check`), one
    that misses a warning flagged (`warned:NAME`).  Raises RunFailed when an expectation itself broke: that says
    nothing of the articles.
    """
    accepted = [place for place, article in enumerate(articles) if article.outcome == "accepted"]
    if not accepted:
        return list(articles), []
    batch_definition, suite = _validator()
    frame = _frame([articles[place] for place in accepted])
    with _lock:
        outcome = batch_definition.get_batch(batch_parameters={"dataframe": frame}).validate(
            suite,
            result_format={
                "result_format": "COMPLETE",
                "unexpected_index_column_names": ["row"],
                "include_unexpected_rows": False,
            },
        )
    checked = list(articles)
    results = []
    for told in outcome.results:
        result, rows = _read_result(told, len(accepted))
        results.append(result)
        for row in rows:
            checked[accepted[row]] = _mark(checked[accepted[row]], result)
    return checked, results


def _mark(article: Article, missed: ExpectationResult) -> Article:
    if missed.severity != "critical":
        return replace(article, flags=(*article.flags, f"warned:{missed.expectation}"))
    sample = f" ({missed.column_name})" if missed.column_name else ""
    return replace(
        article,
        outcome="rejected",
        reasons=(*article.reasons, f"failed_check:{missed.expectation}"),
        stage="check",
        detail=article.detail or f"the article does not meet the expectation {missed.expectation}{sample}",
    )


def _read_result(told: Any, checked: int) -> tuple[ExpectationResult, list[int]]:
    """One expectation's result, and the rows that missed it."""
    config = told.expectation_config
    name = config.meta["name"]
    if error := _raised(told.exception_info or {}):
        raise RunFailed(f"the expectation {name} of {_SUITE.name} could not be tried: {error}; mend it and run again")
    found = told.result
    result = ExpectationResult(
        expectation=name,
        column_name=config.kwargs.get("column") or config.kwargs.get("column_A"),
        severity=str(getattr(config.severity, "value", config.severity)),
        success=bool(told.success),
        checked=checked,
        unexpected=found.get("unexpected_count", 0),
        sample=tuple(str(v)[:_SAMPLE_CHARACTERS] for v in found.get("partial_unexpected_list", [])[:_SAMPLE]),
    )
    return result, sorted({entry["row"] for entry in found.get("unexpected_index_list") or []})


def _raised(info: dict[str, Any]) -> str | None:
    """What an expectation raised; the information is one record, or one for each metric that was needed."""
    records = [info] if "raised_exception" in info else [record for record in info.values() if isinstance(record, dict)]
    for record in records:
        if record.get("raised_exception"):
            return (record.get("exception_message") or "it raised").strip().splitlines()[0]
    return None


def _validator() -> tuple[Any, Any]:
    """Great Expectations' handle for one batch of articles, and the suite; made once in a process."""
    with _lock:
        return _build()


@lru_cache(maxsize=1)
def _build() -> tuple[Any, Any]:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    os.environ.setdefault("TQDM_DISABLE", "1")
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    suite = context.suites.add(gx.ExpectationSuite(**json.loads(_SUITE.read_text(encoding="utf-8"))))
    asset = context.data_sources.add_pandas("articles").add_dataframe_asset("batch")
    return asset.add_batch_definition_whole_dataframe("batch"), suite


def _frame(articles: Sequence[Article]) -> "pd.DataFrame":
    """One row an article, `row` its place; shares are 0 to 1, lengths in words or characters as they are named."""
    import pandas as pd

    now = datetime.now(UTC)
    return pd.DataFrame([{"row": row, **_measure(article, now)} for row, article in enumerate(articles)])


def _measure(article: Article, now: datetime) -> dict[str, Any]:
    body, title = article.body[:_LOOKED_AT], article.title
    body_words = words(body)
    characters = sum(map(len, body.split())) or 1
    lines = [line for line in body.splitlines() if line.strip()]
    return {
        "body_words": article.word_count,
        "body_distinct_words_share": len({word.casefold() for word in body_words}) / (len(body_words) or 1),
        "body_longest_word": max(map(len, body_words), default=0),
        "body_letters_share": sum(map(len, body_words)) / characters,
        "body_markup_share": sum(map(len, _find(_TAG, ("<",), body))) / characters,
        "body_code_lines_share": sum(bool(_find(_CODE, _CODE_SIGNS, line)) for line in lines) / (len(lines) or 1),
        "body_replacement_share": body.count("\ufffd") / characters,
        "body_mojibake_share": sum(map(len, _find(_MOJIBAKE, _MOJIBAKE_SIGNS, body))) / characters,
        "title_characters": None if title is None else len(title),
        "title_is_markup_or_address": bool(title and (_TAG.search(title) or _EMAIL_OR_URL.search(title))),
        "author_longest_characters": max(map(len, article.authors), default=0),
        "authors_with_address": sum(1 for name in article.authors if _EMAIL_OR_URL.search(name)),
        "days_after_now": _days(article.published_at, now),
        "days_published_after_update": _days(article.published_at, article.updated_at),
        "url": article.url,
        "language": article.language,
        "confidence": article.confidence,
    }


def _find(pattern: re.Pattern[str], signs: tuple[str, ...], text: str) -> list[str]:
    """All matches; `signs`, one of which is in every match, spare most texts the slow search."""
    return pattern.findall(text) if any(sign in text for sign in signs) else []


def _days(later: datetime | None, earlier: datetime | None) -> float | None:
    """Days from `earlier` to `later`; None where one is not known."""
    if later is None or earlier is None:
        return None
    with contextlib.suppress(OverflowError):
        return (later - earlier).total_seconds() / 86400
    return None
