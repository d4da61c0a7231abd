"""Picture captions and credits, each apart.

Only the fragments around pictures go through BeautifulSoup; the page itself does not (it would cost 13 parses).
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (no stubs)

from schemas.draft import Caption
from tasks._credits import bare_credit, split_credit
from tasks._text import clean_line, count_words

if TYPE_CHECKING:
    from bs4 import Tag

#: A caption of more words is a text box or a whole gallery.
_MAX_WORDS = 130
#: As many fragments as a long gallery has; more is a listing.
_MAX_FRAGMENTS = 120

_CAPTION_CLASS = re.compile(r"(?<![a-z])(?:fig|img|image|photo|picture|media|wp)?[-_]*captions?(?![a-z])", re.I)
_CREDIT_CLASS = re.compile(
    r"credits?(?![a-z])|copyright|photographer|(?:image|photo|media|picture|caption|img)[-_]*(?:source|author|by"
    r"|agency)"
    r"(?![a-z])|(?:^|[-_ ])(?:agency|attribution|fotograf|bildrechte|bildnachweis)(?![a-z])",
    re.I,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_TEXT = ("button", "svg", "script", "style", "noscript", "template", "iframe", "input", "label")


def find_captions(tree: Any, skipped: Iterable[str], label_of: Any) -> list[Caption]:
    """The captions of the page's own pictures, in document order.

    `label_of(element)`: kind and rule of the nearest telling ancestor; pictures under a kind of `skipped` are others'.
    """
    fragments = _fragments(tree)
    if not fragments:
        return []
    from bs4 import BeautifulSoup

    skipped = frozenset(skipped)
    own = [f for f in fragments[:_MAX_FRAGMENTS] if (label_of(f.getparent()) or ("",))[0] not in skipped]
    # One soup for all the fragments: making a soup costs more than reading a caption.
    html = "".join(
        f"<section>{etree.tostring(f, encoding='unicode', method='html', with_tail=False)}</section>" for f in own
    )
    body = BeautifulSoup(html, "lxml").body
    captions: list[Caption] = []
    seen: set[str] = set()
    for section in body.find_all("section", recursive=False) if body else ():
        caption = _read(section)
        if caption is None:
            continue
        key = "".join(f"{caption.text or ''}{caption.credit or ''}".split()).casefold()
        if key in seen:
            continue
        seen.add(key)
        if captions and caption.text is None and captions[-1].credit is None:
            captions[-1] = Caption(captions[-1].text, caption.credit)
        else:
            captions.append(caption)
    return captions


_HOLDERS = etree.XPath(
    ".//figure | .//figcaption | .//*[contains(@class, 'apti') or contains(@class, 'redit') or contains(@class, "
    "'hotograph')"
    " or contains(@class, 'opyright')]"
)


def _fragments(tree: Any) -> list[Any]:
    """The outermost elements that hold a caption: `figcaption`, caption classes, then figures that name none."""
    found: list[Any] = []
    inside: set[Any] = set()
    for element in _HOLDERS(tree):
        tag = element.tag
        if tag == "figure":
            if element.find(".//figcaption") is not None or element.find(".//table") is not None:
                continue
            held = True
        elif tag == "figcaption":
            held = True
        else:
            names = _CAMEL.sub("-", element.get("class"))
            if _CAPTION_CLASS.search(names):
                held = True
            elif _CREDIT_CLASS.search(names):
                held = _near_picture(element)
            else:
                held = False
        if not held or any(ancestor in inside for ancestor in element.iterancestors()):
            continue
        if count_words("".join(element.itertext())[:4000]) > _MAX_WORDS:
            continue
        inside.add(element)
        found.append(element)
    return found


def _near_picture(element: Any) -> bool:
    """Whether a picture stands within the three containers around `element`."""
    for _ in range(3):
        element = element.getparent()
        if element is None or element.tag in ("body", "html", "article", "main"):
            return False
        if element.find(".//img") is not None or element.find(".//picture") is not None:
            return len(element) < 30
    return False


def _read(soup: "Tag") -> Caption | None:
    for node in soup.find_all(_NOT_TEXT):
        node.decompose()
    credits: list[str] = []
    for node in soup.find_all(class_=True) + soup.find_all(itemprop=True):
        if node.decomposed or node.parent is None:
            continue
        names = _CAMEL.sub("-", " ".join([*node.get_attribute_list("class"), node.get("itemprop") or ""]))  # type: ignore[list-item]
        if _CREDIT_CLASS.search(names) and not _CAPTION_CLASS.search(names):
            words = clean_line(node.get_text(" "))
            if words and count_words(words) <= 30:
                credits.append(words)
                node.decompose()
    text = clean_line(soup.get_text(" "))
    text, tail = split_credit(text)
    if tail:
        credits.append(tail)
    credit = " ".join(dict.fromkeys(bare_credit(c) for c in credits)) or None
    if not text and not credit:
        return None
    return Caption(text or None, credit)
