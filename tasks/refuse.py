"""Whether a document is an article at all; if not, why.

Short pages are refused by what they say (an error, a wall, a paywall) or by having no body; those that sell, list or
talk by what the labeller says of the whole (`_page`).
"""

import math
import re

from schemas.article import Article
from schemas.draft import Draft
from schemas.outcome import Refusal
from tasks._page import read_patterns
from tasks._text import count_words, folded_words

#: The shortest body among 773 public pages has 49 words, a news flash about 25.
FEWEST_WORDS = 20
#: So few different words are one line said over and over (a news flash of 20 words has 17 or more).
FEWEST_DIFFERENT_WORDS = 12
#: A body of more words than this is an article whatever prompts and headlines stand around it.
WALL_WORDS = 45
PAYWALL_WORDS = 150
INDEX_WORDS = 90
#: So many headlines around a short body without one long sentence make an index page.
HEADLINES_OF_INDEX = 6
#: As much of a page as is looked at for its vocabulary.
MOST_CHARACTERS = 30_000

#: From these log-odds of being no article on, which are learned (docs/train.md), it is refused.  Cross-validated by
#: site: plain text 70% of the other pages, 1.6% of wcxb and 1 of 262 news pages; HTML 80%, 1.6% and none.
TEXT_REFUSED_FROM = 2.0
#: Below these, headlines around a short body are no index page.
SURELY_AN_ARTICLE = -2.0
HTML_REFUSED_FROM = 1.75

_SENTENCE = re.compile("[.!?…。！？।؟۔]['\"”’»“)\\]』」]*$")


def find_refusal(article: Article, draft: Draft) -> Refusal | None:
    """Why the document is no article, None when it is one."""
    if not draft.pieces:
        return _refusal("empty", "there is no text in it")
    # What it says is asked of short pages only.
    said = [article.title or "", *(piece.text for piece in draft.pieces)] if article.word_count <= PAYWALL_WORDS else []
    text = "\n".join(said)[:MOST_CHARACTERS].lower()
    if article.word_count <= WALL_WORDS and not (article.title and article.published_at):
        for page, what in (("error", "an error page"), ("wall", "a login or cookie page")):
            if hit := _pattern(page).search(text):
                return _refusal("not_an_article", f"it reads like {what}: “{hit[0][:80]}”")
    if draft.is_teaser:
        return _refusal("paywall_stub", "the page says that the rest is for subscribers")
    if article.word_count <= PAYWALL_WORDS and _breaks_off(draft) and (hit := _pattern("paywall").search(text)):
        return _refusal("paywall_stub", f"the rest is for subscribers: “{hit[0][:80]}”")
    if (draft.other_odds is None or draft.other_odds > SURELY_AN_ARTICLE) and _is_index(article, draft):
        return _refusal("not_an_article", "it is a list of headlines")
    if not article.word_count:
        return _refusal("boilerplate_only", "nothing is left once the furniture of the page is taken out")
    if article.word_count < FEWEST_WORDS:
        return _refusal("too_short", f"{article.word_count} words; an article has at least {FEWEST_WORDS}")
    different: set[str] = set()
    for paragraph in draft.paragraphs():
        different.update(folded_words(paragraph[:MOST_CHARACTERS]))
        if len(different) >= FEWEST_DIFFERENT_WORDS:
            break
    else:
        return _refusal("too_short", f"{len(different)} different words, said again and again")
    refused_from = HTML_REFUSED_FROM if draft.pieces[0].line is None else TEXT_REFUSED_FROM
    if draft.other_odds is not None and draft.other_odds >= refused_from:
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


def _pattern(page: str) -> re.Pattern[str]:
    return read_patterns()[page]
