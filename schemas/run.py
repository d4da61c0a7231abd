"""What a run did, as plain values."""

from dataclasses import dataclass, field
from typing import Any

from schemas.outcome import OUTCOMES


@dataclass(frozen=True, slots=True)
class ExpectationResult:
    """One expectation's result on one batch; a row of `quality_results`.

    `severity`: `critical` or `warning`.  `checked`, `unexpected`: numbers of articles.  `sample`: up to five
    unexpected values, as text.
    """

    expectation: str
    column_name: str | None
    severity: str
    success: bool
    checked: int
    unexpected: int
    sample: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one input of a run."""

    origin: str
    document_id: str
    outcome: str
    article_id: str | None


@dataclass
class Tally:
    """Counts of a run so far; `inputs` is counted where documents are read, the outcomes where they are decided."""

    inputs: int = 0
    outcomes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def balances(self) -> bool:
        """Whether every input has exactly one outcome."""
        return self.inputs == sum(self.outcomes.values())

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {"inputs": self.inputs, **self.outcomes, "reasons": dict(sorted(self.reasons.items()))}
