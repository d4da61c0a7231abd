"""What the markup around a block says that it is, by tag, class, id and role: a kind and the rule."""

import re
from functools import lru_cache
from typing import Any

from tasks._blocks import names_of

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORDS = re.compile(r"[a-z]+")

#: Class and id words by kind, the more telling first; a word is a run of letters (`post-related_links` has three).
_KIND_WORDS: tuple[tuple[str, str], ...] = (
    ("comment_widget", "comment comments commenting disqus viafoura coral livefyre respond replies commentlist"),
    ("notification_prompt", "notification notifications onesignal pushnotification webpush"),
    ("login_prompt", "login signin logon loginbox"),
    (
        "subscribe_prompt",
        "newsletter newsletters subscribe subscription subscriptions signup paywall piano mailchimp optin donate"
        " donation membership subscriber metered",
    ),
    (
        "share_prompt",
        "share sharing shares social socials addthis sharedaddy sharebar sharethis sociable addtoany socialshare"
        " sharetools facebook twitter whatsapp follow",
    ),
    (
        "advert",
        "ad ads advert adverts advertisement advertising adslot adunit dfp sponsor sponsored sponsors outbrain taboola"
        " promoted gpt adsense adbox commercial revcontent mgid",
    ),
    (
        "related_links",
        "related recommended recommend recommendation recommendations recirc recirculation readmore readnext trending"
        " popular mostread upnext teaser teasers morefrom moreon crosslinks seealso promo latest carousel yarpp"
        " jp-relatedposts relatedposts inlinerelated interlinks playlist",
    ),
    ("legal", "copyright legal cookie cookies consent gdpr disclaimer privacy terms onetrust"),
    ("caption", "caption captions figcaption imagecaption"),
    ("credit", "credit credits photographer photocredit"),
    (
        "navigation",
        "breadcrumb breadcrumbs nav navigation navbar menu submenu footer masthead pagination pager sidebar topbar"
        " toolbar skip search tags taglist topics categories hamburger sitemap toc",
    ),
    ("standfirst", "standfirst dek subtitle subheadline strapline sottotitolo chapo bajada entradilla"),
    ("byline", "byline bylines author authors contributor contributors authorbox bio"),
    ("timestamp", "date dateline timestamp pubdate published datetime publishdate updated"),
)
_KIND_OF = {word: kind for kind, line in reversed(_KIND_WORDS) for word in line.split()}
_RANK = {kind: rank for rank, (kind, _) in enumerate(_KIND_WORDS)}
_RANK_OF_WORD = {word: _RANK[kind] for word, kind in _KIND_OF.items()}
_KIND_OF_TAG = {
    "nav": "navigation",
    "menu": "navigation",
    "footer": "navigation",
    "aside": "related_links",
    "figcaption": "caption",
    "figure": "caption",
    "dialog": "other",
    "form": "other",
    "button": "other",
}
_KIND_OF_ROLE = {
    "navigation": "navigation",
    "menu": "navigation",
    "contentinfo": "navigation",
    "banner": "navigation",
    "search": "navigation",
    "complementary": "related_links",
    "dialog": "other",
}
Label = tuple[str, str]


def own_label(element: Any) -> Label | None:
    """Kind and rule by the element's own tag, role, class and id."""
    return label_of_names(element.tag, element.get("role"), names_of(element))


@lru_cache(maxsize=1 << 13)
def name_words(names: str) -> tuple[str, ...]:
    """The words of class and id names: `post-relatedLinks_2` has three."""
    low = names.lower()
    return tuple(_WORDS.findall(low if low == names else _CAMEL.sub(" ", names).lower()))


@lru_cache(maxsize=1 << 13)  # the elements of a page share few names
def label_of_names(tag: str, role: str | None, names: str) -> Label | None:
    """Kind and rule of an element by its tag, role and names."""
    kind = _KIND_OF_TAG.get(tag)
    if kind in ("navigation", "caption"):
        return kind, f"tag:{tag}"
    if role in _KIND_OF_ROLE:
        return _KIND_OF_ROLE[role], f"role:{role}"
    best = min([w for w in name_words(names) if w in _KIND_OF], key=_RANK_OF_WORD.__getitem__, default=None)
    if best:
        return _KIND_OF[best], f"class:{best}"
    return (kind, f"tag:{tag}") if kind else None


class Labels:
    """Labels of elements by the nearest telling ancestor, worked out once for each element.

    `frames`: elements whose names say nothing of a single block, since the body stands in them.
    """

    def __init__(self, frames: set[Any]) -> None:
        self._frames = frames
        self._known: dict[Any, Label | None] = {}

    def of(self, element: Any) -> Label | None:
        """The label of `element`, or of its nearest labelled ancestor."""
        path = []
        label = None
        while element is not None:
            if element in self._known:
                label = self._known[element]
                break
            path.append(element)
            element = element.getparent()
        for step in reversed(path):
            own = None if step in self._frames or step.tag in ("html", "body") else own_label(step)
            label = own or label
            self._known[step] = label
        return label


LONGEST_LABEL = 200
#: What a short block says of itself; whole blocks only, so that running text is never judged by a word.
_TEXT_RULES: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("legal", "text:copyright", re.compile(r"(?:©|\(c\)\s|copyright\b)|.*?\b(?:all rights reserved|alle rechte "
                                           r"vorbehalten)\b", re.I | re.S)),
    ("advert", "text:advertisement", re.compile(r"(?:advertisement|advertising|anzeige|werbung|publicité"
                                                r"|publicidad|pubblicità|sponsored(?: content)?)\W*$", re.I)),
    ("comment_widget", "text:comments", re.compile(r"(?:\d+ |no |post a |leave a |add a |view |show |hide |all "
                                                   r")*comments?\W*(?:\(?\d+\)?)?$", re.I)),
    ("share_prompt", "text:share", re.compile(r"(?:share(?: this)?(?: article| story| on \w+)?|tweet|pin it"
                                              r"|e-?mail|print|facebook|twitter|whatsapp|linkedin|reddit)\W*$", re.I)),
    ("login_prompt", "text:login", re.compile(r"(?:log ?in|sign ?in|register|log ?out|my account|create (?:an "
                                              r")?account)\W*$", re.I)),
    ("subscribe_prompt", "text:subscribe", re.compile(r"(?:subscribe|sign up)\b.{0,60}$", re.I)),
    ("related_links", "text:related", re.compile(r"(?:read more|read also|see also|related|more (?:on|from)"
                                                 r"|recommended|most read|most popular|trending)\b.{0,60}$", re.I)),
    ("timestamp", "text:reading_time", re.compile(r"\d+ ?min(?:ute)?s?(?: read)?$", re.I)),
)  # fmt: skip


def text_label(text: str) -> Label | None:
    """Kind and rule of a short block by its own words."""
    return None if len(text) > LONGEST_LABEL else _text_label(text)


@lru_cache(maxsize=1 << 13)  # the same menus stand on every page of an outlet
def _text_label(text: str) -> Label | None:
    return next(((kind, rule) for kind, rule, pattern in _TEXT_RULES if pattern.match(text)), None)
