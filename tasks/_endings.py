"""Where an article has ended: headings below which there are other articles, its author, its sender, or its sources."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tasks._lines import Line
from tasks._phrases import fold

PATH = Path(__file__).resolve().parent.parent / "seeds" / "endings.toml"
#: Such a heading ends the article where so much of what the labeller takes for body stands above it: of 773 public
#: pages what stood below was body on 6, by .3 of their words together, and was not on 46, by 4.3 (cross-validated).
LATE = 0.8
LONGEST_HEADING = 8
#: Amid the article, boxes of links have such headings too: there a paragraph goes on below that is body beyond doubt, or
#: is longer than teasers are.
PARAGRAPHS = ((20, 0.9), (60, 0.7))


@dataclass(frozen=True)
class Endings:
    """Headings as seeds/endings.toml has them: whole ones, folded, and patterns, with the kind that they are."""

    lines: dict[str, str]
    patterns: tuple[tuple[re.Pattern[str], str], ...]

    def kind_of(self, text: str) -> str | None:
        """The kind of a heading that ends an article, None where it is no such heading."""
        if kind := self.lines.get(fold(text)):
            return kind
        bare = text.strip(" :•|")
        return next((kind for pattern, kind in self.patterns if pattern.fullmatch(bare)), None)


@cache
def load_endings() -> Endings:
    """The headings of seeds/endings.toml."""
    told = tomllib.loads(PATH.read_text(encoding="utf-8"))
    return Endings(
        {fold(line): kind for kind, table in told.items() for some in table["lines"].values() for line in some},
        tuple((re.compile(text), kind) for kind, table in told.items() for text in table.get("patterns", ())),
    )


def take_endings(lines: Sequence[Line]) -> None:
    """Take the first such heading late in the body, and nothing below it for body."""
    total = sum(line.words for line in lines if line.is_body)
    above = 0.0
    for number, line in enumerate(lines):
        if above >= LATE * total > 0 and (kind := _ends(lines, number)):
            if not line.kind:
                line.take(kind, f"{kind}:what ends an article")
            for below in lines[number + 1 :]:
                below.body = min(below.body, 0.5)
            return
        above += line.words if line.is_body else 0


def _ends(lines: Sequence[Line], number: int) -> str | None:
    """The kind of the heading that a line is, if the article ends there."""
    line = lines[number]
    if line.words > LONGEST_HEADING or line.stops or line.kind not in ("", "related_links", "byline", "other"):
        return None
    kind = load_endings().kind_of(line.text)
    goes_on = kind == "related_links" and any(
        other.is_body and other.words >= words and other.body >= odds
        for other in lines[number + 1 :]
        for words, odds in PARAGRAPHS
    )
    return None if goes_on else kind
