"""Articles drawn for a person to judge, and what was judged."""

from dataclasses import dataclass

from schemas.report import ReadSample, Sample

#: What makes a stratum.
STRATA = ("source", "language", "section", "month")
#: The coding scheme: a column each, and what `yes` says.  A coder leaves empty what was not looked at.
QUESTIONS: dict[str, str] = {
    "title_right": "the title is the headline, whole and with nothing else; or there is none, and none in the copy",
    "authors_right": "the authors are all who sign, in order, as they sign, and nobody else; or none sign",
    "date_right": "the day is that of publication, as printed; or there is none, and none is printed",
    "body_complete": "nothing of the article is among what was taken out",
    "body_clean": "nothing but the article is in the body",
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """An article of a sample; `stratum_size`: how many articles there are in its stratum."""

    article_id: str
    version: int
    authors: tuple[str, ...]
    standfirst: str | None
    stratum: str
    stratum_size: int
    sample: Sample


@dataclass(frozen=True, slots=True)
class ReadDrawn:
    """The same with all pieces of its copy in order."""

    drawn: Drawn
    read: ReadSample


@dataclass(frozen=True, slots=True)
class Code:
    """What a person said of one article to one question: `is_right`."""

    question: str
    stratum: str
    stratum_size: int
    is_right: bool


@dataclass(frozen=True, slots=True)
class Precision:
    """The share of articles that are right, 0 to 1, and its 95% interval from `low` to `high`.

    `stratum` None: of all strata that were coded, each by its size.  `coded` articles, `right` ones of them, of `size`.
    """

    question: str
    stratum: str | None
    coded: int
    right: int
    size: int
    precision: float
    low: float
    high: float
