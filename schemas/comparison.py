"""What two texts have in common, and what changed from one to the other, as values."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Word:
    """Words of a text before and after: `sign` is `+`, `-`, or empty where both have them."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that was changed where it stands, each with the word behind it: `12 dead`, `14 dead`."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ParagraphChange:
    """A paragraph that was changed, added (`before` is None) or removed (`after` is None).

    `position`: its place among the paragraphs of the body after, from 1; of a removed one, the place where it would
    stand.  `words`: both as one text; what is too long to be held against each other is removed and added whole.
    """

    position: int
    before: str | None
    after: str | None
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """The `title`, `standfirst` or `authors` before and after, None where there was none."""

    name: str
    before: str | None
    after: str | None
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """A version of an article; `valid_from`: when its copy was received."""

    version: int
    valid_from: datetime
    title: str | None
    standfirst: str | None
    authors: tuple[str, ...]
    body: str


@dataclass(frozen=True, slots=True)
class Revision:
    """What changed between a version of an article and the one before; `edited_at`: when the later one was received."""

    version: int
    edited_at: datetime
    fields: tuple[FieldChange, ...]
    paragraphs: tuple[ParagraphChange, ...]
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of the same words in two bodies.

    `one`, `other`: where it stands in either, as the characters of its beginning and end.  `words`: how many.
    """

    one: tuple[int, int]
    other: tuple[int, int]
    words: int


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two bodies are.

    `similarity`: of the runs of three words that either has, the share that both have.  `containment`: of those of the
    body that has fewer.  `shared_words`: words in `passages`, which stand in the order of the first body.
    """

    similarity: float
    containment: float
    shared_words: int
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A row of `article_links`: `kind`, `similarity` from 0 to 1, and `shared_words`."""

    kind: str
    similarity: float
    shared_words: int
