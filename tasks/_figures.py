"""Picture captions and credits, each apart.

Only the fragments that name a credit, or hold more than text, go through BeautifulSoup; the page itself does not (it
would cost 13 parses).
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (no stubs)

from schemas.draft import Caption
from tasks._blocks import squeeze
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
#: Names of what stands beside pictures, and of boxes for a picture and its words.
_PICTURE_TEXT = re.compile(
    r"(?<![a-z])(?:legende?s?|leyenda|didascalia|bildunterschrift|bildtext|bildtekst|kuvateksti|pie-?(?:de-?)?foto"
    r"|(?:img|image|photo|picture|foto|media|slide|carousel|gallery)[-_]*(?:[a-z]{2,12}[-_]+){0,2}"
    r"(?:description|desc|text|info|infotext|widget))(?![a-z])|(?<![a-z])infotext(?![a-z])",
    re.I,
)
#: Pictures of a page that are looked at, and elements around each.
_MAX_PICTURES, _MAX_STEPS = 500, 5
_FEWEST_HELD, _MAX_BOX_WORDS = 3, 70
_FEWEST_SAID = 4
_NOT_BOXES = frozenset(("body", "main", "article", "html", "li", "nav", "header", "footer", "td"))
_NOT_IN_BOXES = ("h1", "h2", "h3", "h4", "time", "form", "table", "ul", "ol")
_PICTURE_FILE = re.compile(r"^javascript:|\.(?:jpe?g|png|webp|gif|avif)(?:$|\?)", re.I)
_SAYERS = ("p", "span", "div", "small", "em", "i")
#: Letters from which the words of a picture's `alt` are no chance.
_SAYING = 12
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_TEXT = ("button", "svg", "script", "style", "noscript", "template", "iframe", "input", "label")
_MORE_THAN_TEXT = frozenset((*_NOT_TEXT, "section", "table", "rt", "rp"))


def find_captions(tree: Any, skipped: Iterable[str], label_of: Any) -> list[Caption]:
    """The captions of the page's own pictures, in document order.

    `label_of(element)`: kind and rule of the nearest telling ancestor; pictures under a kind of `skipped` are others'.
    """
    fragments = _fragments(tree)
    boxes = _boxes(tree, fragments)
    if boxes:
        chosen = {*fragments, *boxes}
        fragments = [element for element in tree.iter() if element in chosen]
    if not fragments:
        return []
    skipped = frozenset(skipped)
    own = [f for f in fragments[:_MAX_FRAGMENTS] if not _is_others(label_of(f.getparent()), skipped)]
    captions: list[Caption] = []
    seen: set[str] = set()
    for caption in _read_all(own):
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


def _read_all(fragments: list[Any]) -> Iterator[Caption | None]:
    plain = [_is_plain(fragment) for fragment in fragments]
    sections = _soups([f for f, is_plain in zip(fragments, plain, strict=True) if not is_plain])
    for fragment, is_plain in zip(fragments, plain, strict=True):
        if is_plain:
            yield _caption(clean_line(" ".join(fragment.itertext())), [])
        elif section := next(sections, None):
            yield _read(section)


def _is_plain(fragment: Any) -> bool:
    """Whether a fragment holds nothing but text, none of it named as a credit: most do."""
    return not any(
        element.tag in _MORE_THAN_TEXT or _is_credit(element.get("class"), element.get("itemprop"))
        for element in fragment.iter()
    )


def _soups(fragments: list[Any]) -> Iterator["Tag"]:
    """One soup for all the fragments: making a soup costs more than reading a caption."""
    if not fragments:
        return iter(())
    from bs4 import BeautifulSoup

    html = "".join(
        f"<section>{etree.tostring(f, encoding='unicode', method='html', with_tail=False)}</section>" for f in fragments
    )
    body = BeautifulSoup(html, "lxml").body
    return iter(body.find_all("section", recursive=False) if body else ())


def _is_others(label: tuple[str, str] | None, skipped: frozenset[str]) -> bool:
    # A carousel in an article is its gallery; the teasers of one are links, and held no caption.
    return label is not None and label[0] in skipped and label[1] != "class:carousel"


def _boxes(tree: Any, fragments: list[Any]) -> list[Any]:
    """What else says something of a picture: the smallest element around it that holds words beside it and is named for
    pictures; elsewhere near it the words of its own `alt`, `title` or `data-caption`, printed.
    """
    inside = set(fragments)
    found: dict[Any, None] = {}
    said: dict[str, list[tuple[str, list[Any]]]] = {}
    for picture in islice(tree.iter("img", "amp-img"), _MAX_PICTURES):
        around = list(islice((e for e in picture.iterancestors() if e.tag not in ("source", "picture")), 8))
        if any(step in inside for step in around):
            continue
        box = _box(around)
        if box is not None and _is_pictures(box) and not any(step in found for step in box.iterancestors()):
            found[box] = None
        for name in ("alt", "title", "data-caption"):
            words = squeeze(picture.get(name) or "")
            if len(words) >= _SAYING:
                said.setdefault(words[:_SAYING], []).append((words, around))
    if said:
        for element in tree.iter(*_SAYERS):
            text = element.text
            if not text or len(text) < _SAYING:
                continue
            begins = squeeze(text[:80])[:_SAYING]
            if begins not in said or any(
                step in found or step in inside for step in (element, *element.iterancestors())
            ):
                continue
            if any(_repeats(element, *own) for own in said[begins]):
                found[element] = None
    return list(found)


def _repeats(element: Any, own: str, around: list[Any]) -> bool:
    """Whether an element near a picture prints the picture's own words, and a credit at most."""
    text = "".join(element.itertext())
    words = squeeze(text)
    # Two or three words are whom a portrait shows, or a shop's goods.
    if (
        count_words(text) < _FEWEST_SAID
        or not (words.startswith(own) or own.startswith(words))
        or len(words) > len(own) + 80
        or _is_link(element)
    ):
        return False
    shared = next((step for step in islice(element.iterancestors(), 4) if step in around), None)
    return shared is not None and not _leads_on(shared) and not _is_among_paragraphs(element)


def _leads_on(box: Any) -> bool:
    """Whether a small box holds a link to another page: a teaser, whose picture says its headline."""
    links = [link.get("href") or "#" for link in islice(box.iter("a"), 3)]
    return len(links) < 3 and any(not href.startswith("#") and not _PICTURE_FILE.search(href) for href in links)


def _is_among_paragraphs(element: Any) -> bool:
    """Whether an element is, or is in, one paragraph of several: captions that repeat the copy leave it in place."""
    paragraph = element if element.tag == "p" else element.getparent()
    parent = paragraph.getparent()
    return paragraph.tag == "p" and parent is not None and len(parent.findall("p")) >= 3


def _box(around: list[Any]) -> Any | None:
    for element in around[:_MAX_STEPS]:
        if element.tag in _NOT_BOXES:
            return None
        words = count_words(_beginning(element, 1000))
        if words:
            held = element.find(".//figure") is None and next(element.iter(*_NOT_IN_BOXES), None) is None
            return element if _FEWEST_HELD <= words <= _MAX_BOX_WORDS and held and not _is_link(element) else None
    return None


def _is_link(box: Any) -> bool:
    """Whether the words of a box are, or stand in, a link: to another story."""
    if box.tag == "a" or any(step.tag == "a" for step in islice(box.iterancestors(), 4)):
        return True
    linked = sum(len("".join(link.itertext()).split()) for link in box.iter("a"))
    return linked * 2 > len("".join(box.itertext()).split())


def _beginning(element: Any, most: int) -> str:
    """The first `most` characters of the text of an element, which may hold the whole page."""
    runs: list[str] = []
    for run in element.itertext():
        runs.append(run)
        most -= len(run)
        if most <= 0:
            break
    text = "".join(runs)
    return text[: len(text) + most] if most < 0 else text


def _is_pictures(box: Any) -> bool:
    elements = [box, *(e for e in box.iter() if e.text and e.text.strip())]
    return any(_named(element.get("class") or "") in ("caption", "text") for element in elements)


_TELLING_CLASS = re.compile("apti|redit|hotograph|opyright|egend|escription")


def _fragments(tree: Any) -> list[Any]:
    """The outermost elements that hold a caption: `figcaption`, caption classes, then figures that name none."""
    found: list[Any] = []
    inside: set[Any] = set()
    for element in tree.iterdescendants():
        tag, names = element.tag, element.get("class")
        if not (names and _may_tell(names)) and tag not in ("figure", "figcaption"):
            continue
        if tag == "figure":
            if element.find(".//figcaption") is not None or element.find(".//table") is not None:
                continue
            held = True
        elif tag == "figcaption":
            held = True
        else:
            named = _named(names)
            held = (
                named == "caption"
                or (named == "text" and _near_picture(element, _MAX_STEPS) and not _is_link(element))
                or (named == "credit" and _near_picture(element))
            )
        if not held or any(ancestor in inside for ancestor in element.iterancestors()):
            continue
        if count_words(_beginning(element, 4000)) > _MAX_WORDS:
            continue
        inside.add(element)
        found.append(element)
    return found


@lru_cache(maxsize=4096)
def _may_tell(names: str) -> bool:
    return _TELLING_CLASS.search(names) is not None


@lru_cache(maxsize=4096)  # the elements of a page share few names
def _named(names: str) -> str | None:
    """What a class says of an element: a `caption`, the `text` of a picture, its `credit`."""
    names = _CAMEL.sub("-", names)
    kinds = (("caption", _CAPTION_CLASS), ("text", _PICTURE_TEXT), ("credit", _CREDIT_CLASS))
    return next((kind for kind, pattern in kinds if pattern.search(names)), None)


def _near_picture(element: Any, steps: int = 3) -> bool:
    """Whether a picture stands within the nearest `steps` containers around `element`."""
    for _ in range(steps):
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
        classes = " ".join(node.get_attribute_list("class"))  # type: ignore[arg-type]
        if _is_credit(classes, str(node.get("itemprop") or "")):
            words = clean_line(node.get_text(" "))
            if words and count_words(words) <= 30:
                credits.append(words)
                node.decompose()
    return _caption(clean_line(soup.get_text(" ")), credits)


@lru_cache(maxsize=4096)  # the elements of a page share few names
def _is_credit(classes: str | None, itemprop: str | None) -> bool:
    names = _CAMEL.sub("-", f"{' '.join((classes or '').split())} {itemprop or ''}")
    return bool(_CREDIT_CLASS.search(names)) and not _CAPTION_CLASS.search(names)


def _caption(text: str, credits: list[str]) -> Caption | None:
    """The caption of a fragment's text; `credits`: those that its elements name."""
    text, tail = split_credit(text)
    if tail:
        credits.append(tail)
    credit = " ".join(dict.fromkeys(bare_credit(c) for c in credits)) or None
    if not text and not credit:
        return None
    return Caption(text or None, credit)
