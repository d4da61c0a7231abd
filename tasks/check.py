"""Great Expectations on finished articles: what every news article is, and what a batch of them looks like.

The suites are data, in Great Expectations' own form: `schemas/expectations/article.json`, a row an article, and
`batch.json`, a row a source of the batch.  Each expectation has a severity and, in its `meta`, the name that
`failed_check:NAME`, `warned:NAME` and `quality_results` use.  What an expectation cannot see in an article (a list, a
share of characters) is worked out here as a column of numbers; for a batch `tasks/_measures.py` does it.
"""

import contextlib
import json
import logging
import os
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.article import Article
from schemas.errors import RunFailed
from schemas.run import ExpectationResult, SourceHistory
from tasks._measures import COLUMNS, measure_sources
from tasks._sparing import importing_less
from tasks._text import words

if TYPE_CHECKING:
    import pandas as pd

#: The articles of a batch, the results of the suite `article`, those of the suite `batch`.
Checked = tuple[list[Article], list[ExpectationResult], list[ExpectationResult]]

_SUITES = Path(__file__).parent.parent / "schemas" / "expectations"
_SAMPLE, _SAMPLE_CHARACTERS = 5, 120
#: Characters of the body looked at: what is wrong with a text is wrong with its beginning; a long one repeats itself.
_LOOKED_AT = 6000

#: What Great Expectations imports for other data sources, drawings and expectations than ours, a third of its memory
#: (75 of 230 MB) and of its time: SQLAlchemy is an extra of it, the others are used in functions only.
_ABSENT, _LATER = ("sqlalchemy",), ("altair", "scipy.stats")

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

#: Everything that is known of an expectation that was missed: all rows of it, by their place in the frame.
_ROWS = {"result_format": "COMPLETE", "include_unexpected_rows": False, "return_unexpected_index_query": False}
_lock = threading.Lock()


def warm() -> None:
    """Import Great Expectations and build the suites: seconds best spent while something else is waited for."""
    _suite("article")
    _suite("batch")


def check_articles(articles: Sequence[Article]) -> tuple[list[Article], list[ExpectationResult]]:
    """Hold the accepted articles against the suite; all articles come back, in order.

    One that misses an expectation of critical severity comes back rejected (`failed_check:NAME`, stage `check`), one
    that misses a warning flagged (`warned:NAME`).  Raises RunFailed when an expectation itself broke: that says
    nothing of the articles.
    """
    accepted = [place for place, article in enumerate(articles) if article.outcome == "accepted"]
    if not accepted:
        return list(articles), []
    checked = list(articles)
    results = []
    for result, rows in _judge("article", _frame([articles[place] for place in accepted])):
        results.append(result)
        for row in rows:
            checked[accepted[row]] = _mark(checked[accepted[row]], result)
    return checked, results


def check_all(articles: Sequence[Article], new: Sequence[int], history: Mapping[str | None, SourceHistory]) -> Checked:
    """`check_articles` of a batch, and `check_batch` of those of its articles that stand at the places `new`."""
    checked, results = check_articles(articles)
    return checked, results, check_batch([checked[place] for place in new], history)


def check_batch(articles: Sequence[Article], history: Mapping[str | None, SourceHistory]) -> list[ExpectationResult]:
    """Hold what a batch brought of each source against the suite; nothing is refused or flagged for it.

    `articles`: all of the batch, refused ones too; `history`: their sources as they were before the batch, by
    `Article.source`.  In the results `checked` counts the sources of which something could be said, `unexpected`
    those that look wrong, and `sample` says what is wrong with them.  There are no results for what could be said of
    none.  Raises RunFailed when an expectation itself broke.
    """
    import pandas as pd

    measured = measure_sources(articles, history)
    frame = pd.DataFrame([one.values for one in measured], columns=list(COLUMNS), dtype=float)
    judged = []
    for result, rows in _judge("batch", frame) if measured else ():
        column = str(result.column_name)
        sample = tuple(measured[row].told[column][:_SAMPLE_CHARACTERS] for row in rows[:_SAMPLE])
        judged.append(replace(result, checked=sum(one.values[column] is not None for one in measured), sample=sample))
    return judged


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


def _judge(name: str, frame: "pd.DataFrame") -> list[tuple[ExpectationResult, list[int]]]:
    """What each expectation of a suite says of a frame, in the suite's order, and the rows that missed it.

    Great Expectations takes 8 ms for an expectation of which it is asked everything and 4 ms where the answer is yes
    or no, whatever the number of rows: only those that were missed are asked again, for the rows.  A column with
    nothing in it is not asked about unless a row is an article, where that is an answer too.
    """
    definition, suite = _suite(name)
    silent = set() if name == "article" else set(frame.columns[frame.isna().all()])
    asked = {e.meta["name"]: e for e in suite.expectations if e.column not in silent}
    with _lock:
        batch = definition.get_batch(batch_parameters={"dataframe": frame})
        told = _ask(name, batch, asked, "BOOLEAN_ONLY")
        missed = {told_name: asked[told_name] for told_name, one in told.items() if not one.success}
        told |= _ask(name, batch, missed, _ROWS) if missed else {}
    return [_read_result(expectation, told[expectation], len(frame)) for expectation in asked]


def _ask(name: str, batch: Any, expectations: Mapping[str, Any], result_format: str | dict[str, Any]) -> dict[str, Any]:
    """Great Expectations' results, by the expectation's name; RunFailed when one raised instead of answering."""
    from great_expectations import ExpectationSuite

    suite = ExpectationSuite(name=name, expectations=list(expectations.values()))
    told = {
        one.expectation_config.meta["name"]: one for one in batch.validate(suite, result_format=result_format).results
    }
    for expectation, one in told.items():
        if error := _raised(one.exception_info or {}):
            raise RunFailed(
                f"the expectation {expectation} of {name}.json could not be tried: {error}; mend it and run again"
            )
    return told


def _read_result(name: str, told: Any, checked: int) -> tuple[ExpectationResult, list[int]]:
    """One expectation's result, and the rows that missed it; what was met has no details."""
    config, found = told.expectation_config, told.result
    result = ExpectationResult(
        expectation=name,
        column_name=config.kwargs.get("column") or config.kwargs.get("column_A"),
        severity=str(getattr(config.severity, "value", config.severity)),
        success=bool(told.success),
        checked=checked,
        unexpected=found.get("unexpected_count", 0),
        sample=tuple(str(v)[:_SAMPLE_CHARACTERS] for v in found.get("partial_unexpected_list", [])[:_SAMPLE]),
    )
    return result, sorted(found.get("unexpected_index_list") or [])


def _raised(info: dict[str, Any]) -> str | None:
    """What an expectation raised; the information is one record, or one for each metric that was needed."""
    records = [info] if "raised_exception" in info else [record for record in info.values() if isinstance(record, dict)]
    for record in records:
        if record.get("raised_exception"):
            return (record.get("exception_message") or "it raised").strip().splitlines()[0]
    return None


def _suite(name: str) -> tuple[Any, Any]:
    """Great Expectations' handle for one frame, and the suite; made once in a process."""
    with _lock:
        return _build(name)


@lru_cache
def _build(name: str) -> tuple[Any, Any]:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    os.environ.setdefault("TQDM_DISABLE", "1")
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    with importing_less(_ABSENT, _LATER):
        import great_expectations as gx
        from great_expectations.data_context.types import base

    base.logger.setLevel(logging.ERROR)  # it has a level of its own
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = base.ProgressBarsConfig(globally=False, metric_calculations=False)
    suite = gx.ExpectationSuite(**json.loads((_SUITES / f"{name}.json").read_text(encoding="utf-8")))
    asset = context.data_sources.add_pandas(name).add_dataframe_asset("frame")
    return asset.add_batch_definition_whole_dataframe("whole"), suite


def _frame(articles: Sequence[Article]) -> "pd.DataFrame":
    """One row an article, in order; shares are 0 to 1, lengths in words or characters as they are named."""
    import pandas as pd

    now = datetime.now(UTC)
    return pd.DataFrame([_measure(article, now) for article in articles])


def _measure(article: Article, now: datetime) -> dict[str, Any]:
    body, title = article.body[:_LOOKED_AT], article.title
    body_words = words(body)
    letters = sum(map(len, body_words))
    characters = len(body) - body.count(" ") - body.count("\n") or 1
    return {
        "body_words": article.word_count,
        "body_distinct_words_share": len(set(map(str.casefold, set(body_words)))) / (len(body_words) or 1),
        "body_longest_word": max(map(len, body_words), default=0),
        "body_letters_share": letters / characters,
        "body_markup_share": sum(map(len, _find(_TAG, ("<",), body))) / characters,
        "body_code_lines_share": _code_lines_share(body),
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


def _code_lines_share(body: str) -> float:
    if not any(sign in body for sign in _CODE_SIGNS):
        return 0.0
    lines = [line for line in body.splitlines() if line.strip()]
    return sum(bool(_find(_CODE, _CODE_SIGNS, line)) for line in lines) / (len(lines) or 1)


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
