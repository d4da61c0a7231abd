"""The lines of a plain-text document and what can be seen of each by itself."""

import heapq
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from schemas.draft import glue
from tasks._credits import hint_at_credits
from tasks._dates import TimestampLine, read_timestamp_line
from tasks._joins import group_parts
from tasks._language import detect_language
from tasks._parts import Part, cut_parts, read_parts
from tasks._phrases import Match, all_phrases, load_phrases
from tasks._shapes import DIGIT, read_shapes
from tasks._text import clean_line
from tasks._trees import Model, load_model

BULLET = re.compile(r"^[•◦▪‣·*–-]\s+")

LINES_FOR_LANGUAGE = 3


@dataclass(slots=True)
class Line:
    """One line as the writer meant it: a paragraph, a headline, an item of a menu.

    `parts`: the stretches of the copy that it is made of, mostly one.  `raw`: these, glued.  `text`: the same, cleaned;
    `folded`: casefolded as well.
    `words`: word count, where two characters of an unspaced script make a word, as prose in such scripts has about
    that.  `stops`: ends as a sentence does.  `bullet`: begins with one.  `has_digit`.  `hints`: may end with a picture
    credit.  `match`: the furniture phrase it is.  `stamp`:
    the times it gives when it is a timestamp line.
    `body`: how likely it belongs to the article's body, 0 to 1.  `roles`: how likely it is the headline (`title`),
    signs the article (`byline`), gives its time (`time`) or is a caption (`caption`), for lines where that was asked.
    `kind`, `rule`, `confidence`: what it was taken for; `kind` is empty until that is decided.
    `cut`: where in `raw` a credit at the end begins, and that credit without brackets.
    `seen_elsewhere`: in how many other articles of the source it stood, as far as was learned; `seen_share`: as a
    share, 0 to 1, of those that were learned from.
    """

    parts: Sequence[Part]
    raw: str
    text: str
    folded: str
    words: float
    stops: bool
    bullet: bool
    has_digit: bool
    hints: bool
    match: Match | None
    stamp: TimestampLine | None
    body: float = 0.0
    roles: dict[str, float] | None = None
    kind: str = ""
    rule: str = ""
    confidence: float = 1.0
    cut: tuple[int, str] | None = None
    seen_elsewhere: int = 0
    seen_share: float = 0.0

    def take(self, kind: str, rule: str, confidence: float = 1.0) -> None:
        """Decide what the line is."""
        self.kind, self.rule, self.confidence = kind, rule, confidence

    def role(self, name: str) -> float:
        """How likely the line plays a role; 0 where that was not asked."""
        return self.roles.get(name, 0.0) if self.roles else 0.0

    @property
    def is_body(self) -> bool:
        """More likely than not a line of the article's body, and not known as anything else."""
        return not self.kind and self.body > 0.5

    @property
    def phrase(self) -> str:
        """The kind of furniture that its phrase makes it, or nothing."""
        return self.match.kind if self.match else ""

    @property
    def is_stamp(self) -> bool:
        """Whether it is a timestamp and nothing else."""
        return self.stamp is not None


def _language(texts: list[str]) -> str | None:
    """The language of the longest lines, None when they are not sure."""
    longest = heapq.nlargest(LINES_FOR_LANGUAGE, texts, key=len)
    found, is_sure = detect_language(" ".join(line[:150] for line in longest))
    return found if is_sure else None


def read_lines(text: str, model: Model | None = None) -> list[Line]:
    """The lines of `text`, looked at one by one."""
    all_phrases()  # the language detector is loading in the background; this takes as long
    model = model or load_model()
    groups = group_parts(cut_parts(read_parts(text), model), model)
    raws = [group[0].raw if len(group) == 1 else _raw(group) for group in groups]
    texts = [group[0].text if len(group) == 1 else clean_line(raw) for group, raw in zip(groups, raws, strict=True)]
    language = _language(texts)
    if not groups:
        return []
    shapes = read_shapes([clean or "." for clean in texts])
    words = shapes.words.tolist()
    folded = "\n".join(texts).casefold().split("\n")
    has_digit = (shapes.counts[:, DIGIT] > 0).tolist()
    return list(
        map(
            Line,
            groups,
            raws,
            texts,
            folded,
            words,
            (shapes.stops > 0).tolist(),
            [BULLET.match(text) is not None for text in texts],
            has_digit,
            hint_at_credits(texts, folded),
            load_phrases(language).match_all(texts, folded, words),
            [read_timestamp_line(text) if digit else None for text, digit in zip(texts, has_digit, strict=True)],
        )
    )


def _raw(group: Sequence[Part]) -> str:
    raw = group[0].raw
    for one, other in pairwise(group):
        raw += glue(one.raw, other.raw) + other.raw
    return raw
