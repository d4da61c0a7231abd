"""What a run did, as plain values."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from schemas.outcome import OUTCOMES


@dataclass(frozen=True, slots=True)
class ExpectationResult:
    """One expectation's result on one batch; a row of `quality_results`.

    `severity`: `critical` or `warning`.  `checked`, `unexpected`: numbers of articles, or of sources where the
    expectation is one on the batch.  `sample`: up to five unexpected values, as text.
    """

    expectation: str
    column_name: str | None
    severity: str
    success: bool
    checked: int
    unexpected: int
    sample: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is wrong with an outlet: a row of the view `health_alarms`, which says what each column is."""

    source: str
    kind: str
    severity: str
    since: date
    told: str


@dataclass(frozen=True, slots=True)
class SourceHistory:
    """What a source has been so far: its latest documents and articles, at most 1,000 of each.

    `refused`: of the `documents`; `missing_title`, `missing_date`: of the `articles`, which are current versions.
    `low_words`, `median_words`, `high_words`: quartiles of their words; None where there is no article.
    """

    documents: int = 0
    refused: int = 0
    articles: int = 0
    missing_title: int = 0
    missing_date: int = 0
    low_words: float | None = None
    median_words: float | None = None
    high_words: float | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one input of a run."""

    origin: str
    document_id: str
    outcome: str
    article_id: str | None


@dataclass
class Tally:
    """Counts of a run so far; `inputs` is counted where documents are read, the outcomes where they are decided.

    `bytes_read` of `bytes_expected`, or `documents_expected`: what tells how much is still to do, if anything does.
    """

    inputs: int = 0
    outcomes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    reasons: dict[str, int] = field(default_factory=dict)
    bytes_read: int = 0
    bytes_expected: int | None = None
    documents_expected: int | None = None

    @property
    def done(self) -> int:
        """Inputs that have an outcome."""
        return sum(self.outcomes.values())

    @property
    def share_done(self) -> float | None:
        """0 to 1; None when nobody knows how much there is to do."""
        if self.documents_expected:
            return min(1.0, self.done / self.documents_expected)
        if self.bytes_expected and self.inputs:
            return min(1.0, self.bytes_read / self.bytes_expected) * self.done / self.inputs
        return None

    @property
    def balances(self) -> bool:
        """Whether every input has exactly one outcome."""
        return self.inputs == sum(self.outcomes.values())

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {"inputs": self.inputs, **self.outcomes, "reasons": dict(sorted(self.reasons.items()))}
