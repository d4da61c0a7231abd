"""A sample for hand-coding as rows, and the codes of a person as precision with intervals.

Strata get as many articles each as can be, so that each has a precision of its own; the estimate over all weighs them
by their size.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from schemas.draft import BODY, Piece
from schemas.errors import UsageError
from schemas.sample import QUESTIONS, Code, Precision, ReadDrawn

#: Two-sided 95% of the normal distribution.
_Z = 1.959963984540054
_YES, _NO, _OPEN = {"1", "yes", "y", "true"}, {"0", "no", "n", "false"}, {"", "?"}
#: A spreadsheet takes a cell that begins so for a formula and carries it out, and the words are other people's.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rows_of(sample: Iterable[ReadDrawn]) -> list[dict[str, Any]]:
    """A row an article: what it is, what is in its fields, its copy with what was taken out in place, empty codes."""
    return [_row(one) for one in sample]


def marked_copy(pieces: Sequence[Piece]) -> str:
    """The copy, a piece a line: of what was taken out the kind stands in brackets before it."""
    return "\n".join(piece.text if piece.kind == BODY else f"[{piece.kind}] {piece.text}" for piece in pieces)


def as_cell(value: Any) -> Any:
    """A value for a spreadsheet: what it would take for a formula has an apostrophe before it."""
    return "'" + value if isinstance(value, str) and value.startswith(_FORMULA) else value


def read_codes(rows: Iterable[Mapping[str, Any]], name: str) -> list[Code]:
    """The codes in the rows of a file; `UsageError` names the row, counted from 1, that cannot be read."""
    codes: list[Code] = []
    for number, row in enumerate(rows, 1):
        try:
            stratum, size = str(row["stratum"] or ""), int(row["stratum_size"])
        except (KeyError, TypeError, ValueError):
            raise UsageError(
                f"{name}, row {number}: stratum and stratum_size are not what `copydesk sample` wrote; keep its columns"
            ) from None
        for question in QUESTIONS:
            told = str(row.get(question) if row.get(question) is not None else "").strip().lower()
            if told in _YES | _NO:
                codes.append(Code(question, stratum, size, told in _YES))
            elif told not in _OPEN:
                raise UsageError(
                    f"{name}, row {number}: {question} is {told[:40]!r}; "
                    "say yes or no, or nothing where it was not judged"
                )
    if not codes:
        raise UsageError(f"{name} holds no codes: write yes or no into the columns {', '.join(QUESTIONS)}")
    return codes


def estimate(codes: Iterable[Code]) -> list[Precision]:
    """The precision of each question, over all and by stratum.

    Intervals are Wilson's (1927), which hold for few and for perfect scores (Brown, Cai, DasGupta 2001).  Over all
    strata: the mean weighted by their size, and Wilson's interval for as many articles as a simple random sample would
    have needed by the weights alone (Kish 1965), which is on the safe side.
    """
    grouped: dict[str, dict[str, list[Code]]] = {}
    for code in codes:
        grouped.setdefault(code.question, {}).setdefault(code.stratum, []).append(code)
    found: list[Precision] = []
    for question in (q for q in QUESTIONS if q in grouped):
        strata = [_of_stratum(question, name, of_one) for name, of_one in sorted(grouped[question].items())]
        size = sum(stratum.size for stratum in strata)
        weights = [stratum.size / size for stratum in strata]
        mean = sum(w * stratum.precision for w, stratum in zip(weights, strata, strict=True))
        effective = 1 / sum(w * w / stratum.coded for w, stratum in zip(weights, strata, strict=True))
        coded, right = sum(s.coded for s in strata), sum(s.right for s in strata)
        found += [Precision(question, None, coded, right, size, mean, *wilson(mean, effective)), *strata]
    return found


def wilson(share: float, count: float) -> tuple[float, float]:
    """Wilson's 95% interval of a share found in so many, 0 to 1."""
    middle = (share + _Z * _Z / (2 * count)) / (1 + _Z * _Z / count)
    half = _Z / (1 + _Z * _Z / count) * math.sqrt(share * (1 - share) / count + _Z * _Z / (4 * count * count))
    return max(0.0, middle - half), min(1.0, middle + half)


def _of_stratum(question: str, name: str, codes: Sequence[Code]) -> Precision:
    right = sum(code.is_right for code in codes)
    share = right / len(codes)
    # The size is that of the draw; more cannot have been coded than there are.
    size = max(len(codes), codes[0].stratum_size)
    return Precision(question, name, len(codes), right, size, share, *wilson(share, len(codes)))


def _row(one: ReadDrawn) -> dict[str, Any]:
    drawn, sample = one.drawn, one.drawn.sample
    return {
        "article_id": drawn.article_id,
        "version": drawn.version,
        "stratum": drawn.stratum,
        "stratum_size": drawn.stratum_size,
        "source": sample.source,
        "url": sample.url,
        "title": sample.title,
        "standfirst": drawn.standfirst,
        "authors": "; ".join(drawn.authors),
        "published_on": sample.published_on.isoformat() if sample.published_on else None,
        "body": sample.body,
        "copy": marked_copy(one.read.pieces),
        **dict.fromkeys(QUESTIONS),
        "note": None,
    }
