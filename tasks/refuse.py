"""Whether a document is an article at all; if not, why.

Short pages are refused by what they say (an error, a wall, a paywall) or by having no body.  Longer HTML pages that
sell, list or talk are told by a scorecard.
"""

import math
import re
import tomllib
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from schemas.article import Article
from schemas.draft import Draft
from schemas.errors import UsageError
from schemas.outcome import Refusal
from tasks._text import count_words

PAGES = Path(__file__).resolve().parent.parent / "seeds" / "pages.toml"

#: The shortest body among 773 public pages has 49 words, a news flash about 25.
FEWEST_WORDS = 20
#: A body of more words than this is an article whatever prompts and headlines stand around it.
WALL_WORDS = 45
PAYWALL_WORDS = 150
INDEX_WORDS = 90
#: So many headlines around a short body without one long sentence make an index page.
HEADLINES_OF_INDEX = 6
#: As much of a page as is looked at for its vocabulary.
MOST_CHARACTERS = 30_000

# The scorecard: logistic regression on the development half of the public pages (773 articles, 438 other pages), points
# are log-odds of being no article.  Cross-validated in five folds: from 2.0 on it refuses 69% of the other pages, 1.8%
# of wcxb and none of the three news sets; from 2.5 on 58%, 1.2% and none.
POINTS = {
    "calls itself an article": -1.32,
    "calls itself a product": 2.34,
    "has a date": -1.54,
    "has an author": -0.67,
    "has a section": -0.49,
    "share of its words in long sentences": -0.89,
    "long sentences, up to ten": -1.23,
    "share of its text in the body": -1.74,
    "speaks of you and us, per ten words": 1.28,
    "address of a shop, list or forum": 3.36,
    "address with the words of a headline": -1.58,
    "address with a date": -0.94,
    "words of forums, per hundred": 1.03,
    "words of shops, per hundred": 0.44,
    "words of services, per hundred": 1.07,
    "share of its text in related links": 2.22,
}
BASE_POINTS = 2.95
REFUSED_FROM = 2.1
#: The same for plain text, whose log-odds are learned (docs/train.md).  Cross-validated by site: from 1.75 on it
#: refuses 75% of the other pages, 1.8% of wcxb and 1 of 262 news pages; from 2.5 on 58%, 1.6% and 1.
TEXT_REFUSED_FROM = 1.75

_SENTENCE = re.compile("[.!?…。！？।؟۔]['\"”’»“)\\]』」]*$")
_SLUG_WORD = re.compile(r"[a-z0-9]+")
_ARTICLE_TYPES = ("article", "blogposting", "news", "blog", "report")


def find_refusal(article: Article, draft: Draft) -> Refusal | None:
    """Why the document is no article, None when it is one."""
    if not draft.pieces:
        return _refusal("empty", "there is no text in it")
    text = "\n".join([article.title or "", *(piece.text for piece in draft.pieces)])[:MOST_CHARACTERS].lower()
    if article.word_count <= WALL_WORDS and not (article.title and article.published_at):
        for page, what in (("error", "an error page"), ("wall", "a login or cookie page")):
            if hit := _pattern(page).search(text):
                return _refusal("not_an_article", f"it reads like {what}: “{hit[0][:80]}”")
    if draft.is_teaser:
        return _refusal("paywall_stub", "the page says that the rest is for subscribers")
    if article.word_count <= PAYWALL_WORDS and _breaks_off(draft) and (hit := _pattern("paywall").search(text)):
        return _refusal("paywall_stub", f"the rest is for subscribers: “{hit[0][:80]}”")
    if _is_index(article, draft):
        return _refusal("not_an_article", "it is a list of headlines")
    if not article.word_count:
        return _refusal("boilerplate_only", "nothing is left once the furniture of the page is taken out")
    if article.word_count < FEWEST_WORDS:
        return _refusal("too_short", f"{article.word_count} words; an article has at least {FEWEST_WORDS}")
    if draft.pieces[0].line is None:
        return _by_scorecard(article, draft, text)
    if draft.other_odds is not None and draft.other_odds >= TEXT_REFUSED_FROM:
        odds = 1 / (1 + math.exp(-draft.other_odds))
        told = "; ".join(draft.against) or "little prose"
        return _refusal("not_an_article", f"a shop, list, forum or service page ({odds:.0%}), told by: {told}")
    return None


def _refusal(reason: str, detail: str) -> Refusal:
    return Refusal((reason,), "refuse", detail)


def _breaks_off(draft: Draft) -> bool:
    """Whether the body ends in the middle, or a prompt follows right behind its last paragraph."""
    paragraphs = draft.paragraphs()
    last = max((n for n, piece in enumerate(draft.pieces) if piece.kind == "body"), default=-1)
    following = draft.pieces[last + 1] if last + 1 < len(draft.pieces) else None
    ends_open = bool(paragraphs) and (
        not _SENTENCE.search(paragraphs[-1]) or paragraphs[-1].rstrip().endswith(("...", "…"))
    )
    return ends_open or bool(
        following and following.kind in ("subscribe_prompt", "login_prompt", "related_links", "other")
    )


def _is_index(article: Article, draft: Draft) -> bool:
    """A short body among many headlines, with no long sentence in it."""
    if article.word_count > INDEX_WORDS:
        return False
    headlines = sum(
        p.kind in ("related_links", "navigation", "title") and 4 <= count_words(p.text) <= 20 for p in draft.pieces
    )
    sentences = sum(bool(_SENTENCE.search(p)) and count_words(p) >= 12 for p in draft.paragraphs())
    return headlines >= HEADLINES_OF_INDEX and not sentences


def score_page(article: Article, draft: Draft, text: str) -> dict[str, float]:
    """The points of an HTML page by feature, the base under `""`; their sum is the log-odds of being no article."""
    lengths = [(count_words(p), bool(_SENTENCE.search(p))) for p in draft.paragraphs()]
    long = [words for words, stops in lengths if stops and words >= 25]
    in_body = max(1, sum(words for words, _ in lengths))
    by_kind: dict[str, int] = {}
    for piece in draft.pieces:
        by_kind[piece.kind] = by_kind.get(piece.kind, 0) + len(piece.text)
    on_page = max(1, sum(by_kind.values()))
    looked_at = max(50, len(text.split()))
    path = _path(article.url or draft.url or "")
    slug = max((len(_SLUG_WORD.findall(part)) for part in path.split("/")), default=0)
    kind = draft.page_type or ""

    def per_hundred(page: str, most: float) -> float:
        return min(len(_pattern(page).findall(text)) / looked_at * 100, most)

    body = " ".join(draft.paragraphs()).lower()
    features = {
        "calls itself an article": any(t in kind for t in _ARTICLE_TYPES),
        "calls itself a product": "product" in kind,
        "has a date": bool(draft.published),
        "has an author": bool(draft.bylines),
        "has a section": bool(draft.section),
        "share of its words in long sentences": sum(long) / in_body,
        "long sentences, up to ten": min(len(long), 10) / 10,
        "share of its text in the body": by_kind.get("body", 0) / on_page,
        "speaks of you and us, per ten words": min(len(_pattern("you").findall(body)) / in_body, 0.1) * 10,
        "address of a shop, list or forum": bool(_pattern("path").search(path)),
        "address with the words of a headline": min(slug, 8) / 8,
        "address with a date": bool(_pattern("dated_path").search(path)),
        "words of forums, per hundred": per_hundred("forum", 6),
        "words of shops, per hundred": per_hundred("shop", 5),
        "words of services, per hundred": per_hundred("service", 4),
        "share of its text in related links": by_kind.get("related_links", 0) / on_page,
    }
    return {"": BASE_POINTS, **{name: float(value) * POINTS[name] for name, value in features.items()}}


def _path(url: str) -> str:
    try:
        return urlsplit(url).path.lower()
    except ValueError:  # `https://[::bad`
        return ""


def _by_scorecard(article: Article, draft: Draft, text: str) -> Refusal | None:
    points = score_page(article, draft, text)
    total = sum(points.values())
    if total < REFUSED_FROM:
        return None
    telling = [name for name in sorted(points, key=lambda name: -points[name]) if name and points[name] > 0][:3]
    odds = 1 / (1 + math.exp(-total))
    return _refusal(
        "not_an_article", f"a shop, list, forum or service page ({odds:.0%}): {'; '.join(telling) or 'little prose'}"
    )


@lru_cache(maxsize=1)
def _pages() -> dict[str, re.Pattern[str]]:
    try:
        tables = tomllib.loads(PAGES.read_text(encoding="utf-8"))
        return {name: re.compile("|".join(f"(?:{p})" for p in table["patterns"])) for name, table in tables.items()}
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, re.error) as error:
        raise UsageError(f"{PAGES} cannot be read: {error}") from error


def _pattern(page: str) -> re.Pattern[str]:
    return _pages()[page]
