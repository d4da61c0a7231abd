"""The title: which of headline, h1 and og:title, and without the outlet's name."""

import re
from typing import Any

from tasks._blocks import spaced_text, squeeze
from tasks._json_ld import clean_value, node_types
from tasks._text import clean_line, count_words, folded_words

_SEPARATED = re.compile(r"\s+(?:[|•·»«:]{1,2}|[-–—])\s+")
_DOMAIN = re.compile(r"(?:[\w-]+\.)+(?:com|org|net|info|news|[a-z]{2})")
#: The address of a front page, also one of a language (`/en/`).
_FRONT_PAGE = re.compile(r"(?:https?://[^/]+)?/?(?:[a-z]{2}/?)?(?:index\.\w+)?")


def choose_title(
    node: dict[str, Any],
    headings: list[tuple[Any, str]],
    og_title: str | None,
    page_title: str | None,
    source: str | None,
) -> tuple[str | None, Any, str]:
    """The title, the h1 element that prints it, if one does, and the name of the rule that chose it.

    JSON-LD's headline when the page prints it or og:title says the same, or when no separator makes it doubtful; then
    og:title where an h1 says the same, then the only h1; then whichever there is.  An h1 that is the outlet's name
    counts for nothing, one that has little to do with the page's title only where there is no such title.
    """
    headings = [(h, t) for h, t in headings if not _is_masthead(h, t, source)]
    shown = without_outlet(og_title, source)
    # `Ferry sinks - all saved` is no headline and its outlet.
    if shown != og_title:
        shown = next((t for _, t in headings if folded_words(t) == folded_words(og_title or "")), shown)
    named = shown or without_outlet(page_title, source)
    headline = clean_value(node.get("headline"))

    def printing(title: str) -> Any:
        return next((h for h, t in headings if _agree(t, title)), None)

    def is_printed(title: str) -> bool:
        return any(folded_words(t) == folded_words(title) for _, t in headings)

    if headline:
        same = folded_words(shown or "") == folded_words(headline) or is_printed(headline)
        # Blogs' software fills the headline from the title for search engines; news desks write it.
        doubtful = not same and shown and is_printed(shown) and "NewsArticle" not in node_types(node)
        if same or not (_SEPARATED.search(headline) or headline.endswith(("...", "…")) or doubtful):
            rule = "JSON-LD, which the page repeats" if same else "JSON-LD, which has no separator"
            return _without_kicker(headline, shown), printing(headline), rule
    if shown and is_printed(shown):
        return shown, printing(shown), "og:title, which an h1 prints"
    telling = [(h, t) for h, t in headings if count_words(t) >= 3]
    if shown and len(telling) == 1 and _is_about(telling[0][1], shown):
        heading, text = telling[0]
        if _is_composite(heading) or (text.isupper() and not shown.isupper()):
            return shown, heading, "og:title, since the h1 is several lines or capitals"
    if len(telling) == 1 and (named is None or _is_about(telling[0][1], named)):
        return _without_kicker(telling[0][1], shown), telling[0][0], "the only h1"
    agreeing = next(((h, t) for h, t in headings if named and _agree(t, named)), None)
    if agreeing:
        return _without_kicker(agreeing[1], shown), agreeing[0], "the h1 that agrees with the page's title"
    if named:
        return named, None, "the page's title without its outlet"
    if headings:
        return headings[0][1], headings[0][0], "the first h1"
    return headline, None, "JSON-LD, for want of more"


def _is_masthead(heading: Any, text: str, source: str | None) -> bool:
    """Whether an h1 is the outlet's name: it says so, or is a link to the front page."""
    if source and squeeze(text).casefold() == squeeze(source).casefold() and count_words(text) <= 6:
        return True
    return any(
        squeeze(link.text_content()) == squeeze(text) and _FRONT_PAGE.fullmatch(link.get("href") or "")
        for link in heading.iter("a")
    )


def _is_composite(heading: Any) -> bool:
    """Whether an h1 is several lines that only their elements hold apart: a headline and what goes with it."""
    return spaced_text(heading) != clean_line(heading.text_content()) and heading.find(".//br") is None


def _without_kicker(title: str, shown: str | None) -> str:
    """`title`, or og:title where it is the same without the words in front (`Budget: Council votes`)."""
    words, core = folded_words(title), folded_words(shown or "")
    before = words[: -len(core)] if core else ()
    is_kicker = before not in (("the",), ("a",))
    return shown if shown and is_kicker and len(core) >= 3 and words[-len(core) :] == core else title


def _is_about(heading: str, title: str) -> bool:
    """Whether an h1 may print this title: a word of four letters stands in both (short titles tell nothing)."""
    a, b = folded_words(heading), folded_words(title)
    return len(b) < 4 or any(len(word) >= 4 for word in set(a) & set(b))


def _agree(one: str, other: str) -> bool:
    """Whether two titles are one: three quarters of the words of the shorter stand in the longer."""
    a, b = set(folded_words(one)), set(folded_words(other))
    return bool(a and b) and len(a & b) >= 0.75 * min(len(a), len(b)) and len(a & b) >= 0.4 * max(len(a), len(b))


def without_outlet(title: str | None, source: str | None) -> str | None:
    """A page title without ` | Outlet` or ` - Outlet` at its end (or its start)."""
    if not title:
        return None
    cuts = list(_SEPARATED.finditer(title))
    if not cuts:
        return title
    name = squeeze(source or "").casefold()
    for cut in cuts:
        tail = squeeze(title[cut.end() :]).casefold()
        if _DOMAIN.fullmatch(tail) or (name and (tail.startswith(name) or name.startswith(tail))):
            return title[: cut.start()].strip() or title
    head, tail = title[: cuts[-1].start()], title[cuts[-1].end() :]
    if name and squeeze(title[: cuts[0].start()]).casefold() == name:
        return title[cuts[0].end() :].strip()
    # Without the outlet's name, `|` sets it off; a dash may be part of the headline, unless little stands behind it.
    if (
        count_words(tail) <= 4
        and count_words(head) >= 4
        and (cuts[-1].group().strip() in "|•·»" or count_words(tail) <= 3)
    ):
        return without_outlet(head.strip(), None) if cuts[-1].group().strip() in "|•·»" else head.strip()
    return title
