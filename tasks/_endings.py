"""Where an article has ended: headings below which there are other articles, its author, its sender, or its sources."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from schemas.draft import Byline
from tasks._lines import Line
from tasks._name_words import begins_name
from tasks._names import read_authors
from tasks._phrases import fold

PATH = Path(__file__).resolve().parent.parent / "seeds" / "endings.toml"
#: Such a heading ends the article where so much of what the labeller takes for body stands above it: of 773 public
#: pages 45 are the better for it and 4 the worse (cross-validated).
LATE = 0.8
LONGEST_HEADING = 8
#: Amid the article, boxes of links have such headings too: there a paragraph goes on below that is body beyond doubt,
#: or is longer than teasers are.
PARAGRAPHS = ((20, 0.9), (60, 0.7))
#: So many lines below somebody's name begins what tells of them (`Ann Lee` / `Editor` / `Ann is ...`).
NEXT = 3


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
    body = [number for number, line in enumerate(lines) if line.is_body]
    total = sum(lines[number].words for number in body)
    last_paragraph = max((number for number in body if _is_paragraph(lines[number])), default=-1)
    above = 0.0
    for number, line in enumerate(lines[: body[-1] if body else 0]):
        if above >= LATE * total and (kind := _ends(lines, number, last_paragraph)):
            if not line.kind:
                line.take(kind, f"{kind}:what ends an article")
            for below in lines[number + 1 :]:
                below.body = min(below.body, 0.5)
            return
        above += line.words if line.is_body else 0


def _is_paragraph(line: Line) -> bool:
    return any(line.words >= words and line.body >= odds for words, odds in PARAGRAPHS)


def _ends(lines: Sequence[Line], number: int, last_paragraph: int) -> str | None:
    """The kind of the heading that a line is, if the article ends there."""
    line = lines[number]
    if line.words > LONGEST_HEADING or line.stops or line.kind not in ("", "related_links", "byline", "other"):
        return None
    kind = "byline" if _heads_biography(lines, number) else load_endings().kind_of(line.text)
    return None if kind == "related_links" and number < last_paragraph else kind


def _heads_biography(lines: Sequence[Line], number: int) -> bool:
    """Whether a line is somebody's name, below which a sentence begins with it."""
    below = [line.text.partition(" ")[0] for line in lines[number + 1 : number + 1 + NEXT] if line.stops]
    if not any(word in lines[number].text for word in below):  # most lines, at a fraction of the cost
        return False
    names, kinds = read_authors([Byline(lines[number].text)], None)
    return kinds == ("person",) and (first := names[0].split()[0]) in below and begins_name(first)
