"""Who signs a page: its JSON-LD, its meta elements, and the names it prints around its headline or below its text."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from schemas.draft import Byline
from tasks._blocks import MOST_BLOCKS, Block, is_crowded, spaced_text, squeeze
from tasks._dates import read_dated_line, read_timestamp_line
from tasks._json_ld import clean_value, json_bylines
from tasks._name_words import UNSPACED, is_person_name, name_words
from tasks._names import read_authors
from tasks._text import clean_line, count_words

if TYPE_CHECKING:
    from tasks._metadata import Page

_BY = re.compile(
    r"^(?:(?:article |authored |(?:this )?(?:post|article) was written |written |posted |words |story |text )?by|von"
    r"|par|por|di|door|av|af|autor(?:in|es)?|author|tekst|text)(?:\s*:\s*|\s+|(?-i:(?=[A-Z\u00c0-\u00de][a-z])))"
    r"(?=[^\W\d_])",
    re.I,
)
#: Words of bylines in class, id, itemprop or rel, as whole words.
_AUTHOR_NAME = re.compile(
    r"(?<![a-z])(?:by-?lines?|authors?-?(?:names?|lines?|links?|short)?|writers?|reporters?|journalists?|creator-?(?:name)?"
    r"|autor(?:en|es|in)?|autore|auteurs?|redakteur(?:in)?)(?![a-z])",
    re.I,
)
#: Beside those words, what is about the author, and no name.
_ABOUT_AUTHOR = re.compile(
    r"(?<![a-z])(?:bio|biography|desc|description|roles?|job|position|avatar|image|img|photo|socials?|dates?|time)"
    r"(?![a-z])",
    re.I,
)
_OTHERS_NAME = re.compile(r"comment|related|recommend|quote|testimonial", re.I)
#: The line of an article's own data, in which its author stands.
_FRAME = re.compile(r"(?<![a-z])(?:entry|post|article|story|content)[-_]*meta(?:data)?(?![a-z])", re.I)
_AUTHOR_PAGE = re.compile(
    r"/(?:authors?|autor(?:en|es|i|s)?|auteurs?|autori|writers?|contributors?|columnists?|journalists?|reporters?|staff"
    r"|profiles?|people|by)/[^/?#]",
    re.I,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ACCOUNT = re.compile(r"[a-z]+[-_][a-z0-9_-]+|[a-z]+\d\w*|[a-z]+(?:\.[a-z]{5,})+")
#: Meta names of the author, the more careful first.
_META_NAMES = (
    "citation_author", "citation_authors", "parsely-author", "sailthru.author", "author", "article:author",
    "dc.creator", "dcterms.creator", "byl", "article:author_name",
)  # fmt: skip
_HOLDERS = ("a", "span", "p", "div", "address", "li", "h2", "h3", "h4", "h5", "strong", "cite", "b")
#: As many elements as a byline has; more are a page whose text stands loose in its body.
_MOST_HOLDERS = 40
#: Blocks behind the last name in which another may follow.
_NEXT = 4
_LONGEST = 400
_MOST = 6


def find_bylines(
    page: "Page", node: dict[str, Any], blocks: list[Block], near: range, start: int | None, source: str | None
) -> tuple[list[Byline], set[int], str]:
    """Raw bylines, the numbers of the blocks near the headline that print them, and the rule that chose.

    JSON-LD, then meta, then what is printed near the headline (block `start`), then what is signed below.  What the
    page only says of the outlet (its name, an account) stands behind a person whose name it prints.
    """
    printed, shown = _near_headline(blocks, near, start, source)
    stated, rule = [b for b in json_bylines(node, page.nodes) if not _is_account(b, source)], "JSON-LD"
    if not stated:
        stated, rule = meta_bylines(page), "meta"
        stated = [b for b in stated if not _is_account(b, source) and (printed or not _is_outlet(b, source))]
    if printed and not (stated and (_name_people(stated, source) or not _name_people(printed, source))):
        return printed, shown, "printed near the headline" + (", a person before an outlet" if stated else "")
    if not stated:
        stated, rule = [b for b in marked_up(page) if not _is_account(b, source)], "itemprop"
    if not stated:
        stated, rule = _below(blocks, start, source), "signed below, once"
    return list(dict.fromkeys(stated)), shown, rule


def _key(text: str | None) -> str:
    return squeeze(text or "").casefold()


def _people(byline: Byline, source: str | None) -> list[str]:
    """The names of people in a byline, as far as words can tell a name."""
    names, kinds = read_authors([byline], source)
    return [
        name
        for name, kind in zip(names, kinds, strict=True)
        if is_person_name(name) or (kind == "person" and UNSPACED.match(name) and len(name) <= 5)
    ]


def _name_people(bylines: list[Byline], source: str | None) -> bool:
    return any(b.kind != "organisation" and _people(b, source) for b in bylines)


def _is_account(byline: Byline, source: str | None) -> bool:
    """Whether a name is an account: the outlet's name run together, or letters and digits of a machine."""
    name = _BY.sub("", byline.text)
    if " " in name or not name.isascii() or name.casefold() == (source or "").casefold():
        return False
    outlet = "".join(c for c in (source or "").casefold() if c.isalnum())
    return name.casefold() == outlet or (byline.kind != "organisation" and bool(_ACCOUNT.fullmatch(name)))


def _is_outlet(byline: Byline, source: str | None) -> bool:
    """Whether a name is the outlet's (or how its name begins), and no person's whose site it is."""
    name, outlet = byline.text.casefold(), (source or "").casefold()
    is_same = _key(name) == _key(outlet) or (outlet.startswith(name) and not outlet[len(name)].isalnum())
    return is_same and not is_person_name(byline.text.title())


def meta_bylines(page: "Page") -> list[Byline]:
    """The authors whom the first meta element names that has any."""
    for name in _META_NAMES:
        values = [v for value in page.metas.get(name, ()) if (v := clean_value(value))]
        values = [v for v in values if not v.startswith(("http://", "https://", "//", "www.", "@")) and len(v) <= 200]
        values = [v for v in values if "@" not in v or " " in v]
        if values:
            return [Byline(v) for v in dict.fromkeys(values)]
    return []


def marked_up(page: "Page") -> list[Byline]:
    """The one author whom `itemprop` names."""
    for element in page.properties.get("author", ()):
        held = element.find(".//*[@itemprop='name']")
        holder = held if held is not None else element
        text = clean_line(holder.text_content()) or clean_value(holder.get("content"))
        if text and count_words(text) <= 12 and not _is_others(element):
            return [Byline(text)]
    return []


# --- printed


def _near_headline(
    blocks: list[Block], near: range, start: int | None, source: str | None
) -> tuple[list[Byline], set[int]]:
    """The names nearest to the headline, those below it first; others stand with them if only a few blocks apart."""
    if start is None:
        return [], set()
    after = list(_printed(blocks, range(start + 1, near.stop), start, source))
    before = [] if after else list(_printed(blocks, range(near.start, start), start, source))[::-1]
    found: list[tuple[int, Byline]] = []
    for number, byline in after or before:
        if found and abs(number - found[-1][0]) > _NEXT:
            break
        found.append((number, byline))
    if _name_people([b for _, b in found], source):
        found = [(n, b) for n, b in found if _people(b, source)]
    bylines = list(dict.fromkeys(b for _, b in sorted(found, key=lambda row: row[0])))
    return bylines[:_MOST], {n for n, _ in found}


def _printed(
    blocks: list[Block], numbers: range, start: int | None, source: str | None
) -> Iterator[tuple[int, Byline]]:
    """Blocks that sign, and the words that do: behind a lone `By` any words, elsewhere a name or an author's mark."""
    for number in numbers:
        block = blocks[number]
        if (
            len(block.text) > _LONGEST
            or (len(block.text) > 25 and count_words(block.text) > 25)
            or block.element.tag == "h1"
            or _is_label(block.text)
        ):
            continue
        before = blocks[number - 1].text if number else ""
        helps = name_words().supporting
        if helps.match(block.text) or (len(before) < 40 and _is_whole(helps.match(before + " x"), before)):
            continue
        marked, whole = _marked(block), block.spaced()
        text = marked or whole
        if len(before) < 40 and _is_label(before):
            signs = count_words(text) <= 12 and (_is_by(before) or is_person_name(text))
        elif (start is None or number > start - 3) and is_signed(block.text):
            text, signs = _before_date(whole), True
        else:
            is_next = start is not None and start < number <= start + 3
            signs = bool(marked) or ((is_next or _is_framed(block.element)) and is_person_name(text))
        if signs and not _is_others(block.element) and not _is_account(Byline(text), source):
            yield number, Byline(text)


def _is_label(text: str) -> bool:
    """Whether a block is only what stands before a name: `By`, `Written by:`, `About the author`."""
    return len(text) < 40 and _is_whole(name_words().prefix.match(text + " x"), text)


def _is_whole(found: re.Match[str] | None, text: str) -> bool:
    return found is not None and found.end() == len(text) + 1


def _is_by(label: str) -> bool:
    return bool(_BY.match(label.rstrip(": ") + " x"))


def is_signed(text: str) -> bool:
    """Whether a block begins as a byline does: `By` and a name, not `By` and a sentence."""
    found = _BY.match(text)
    if not found:
        return False
    rest = text[found.end() :].split()
    is_name = rest[0][0].isupper() or len(rest) <= 2 or not rest[0].isascii()
    return is_name and not (len(rest) > 6 and text.endswith((".", "!", "?")) and not text.endswith(".m."))


def _before_date(text: str) -> str:
    dated = read_dated_line(text)
    date = dated and (dated[1].published or dated[1].updated)
    before = text.partition(date)[0] if date else text
    return before if is_signed(before) else text


def _marked(block: Block) -> str | None:
    """The words of the element in a block that is named as the author, or that links to an author's page.

    Of a line that holds more than names (`Ann Lee, 3 May, Town, Sport`) the one name that is marked in it.
    """
    found: list[str] = []
    if is_crowded(block.element):
        return None
    for element in islice(block.element.iter(*_HOLDERS), _MOST_HOLDERS):
        is_page = element.tag == "a" and _AUTHOR_PAGE.search(element.get("href") or "")
        is_named = _is_named(element) or (is_page and any(map(_is_named, list(element.iterancestors())[:2])))
        if not is_page and not is_named:
            continue
        text = spaced_text(element)
        if not text or count_words(text) > 20 or _is_date(text) or not (is_named or is_person_name(text)):
            continue
        before, is_there, _ = block.key.partition(squeeze(text))
        # `Contact: Ann Lee`
        if is_there and (":" not in before or _BY.match(block.text)):
            found.append(text)
    if not found or is_person_name(found[0]):
        return found[0] if found else None
    inner = {text for text in found[1:] if text in found[0] and is_person_name(text)}
    return inner.pop() if len(inner) == 1 else found[0]


def _is_named(element: Any) -> bool:
    get = element.get
    names = " ".join(filter(None, (get("class"), get("itemprop"), get("rel"), get("id"))))
    return bool(names) and _names_author(names)


@lru_cache(maxsize=4096)  # the elements of a page share few names
def _names_author(names: str) -> bool:
    names = _CAMEL.sub("-", names)
    return bool(_AUTHOR_NAME.search(names)) and not _ABOUT_AUTHOR.search(names)


@lru_cache(maxsize=4096)
def _names_frame(names: str) -> bool:
    return _FRAME.search(names) is not None


@lru_cache(maxsize=4096)
def _names_others(names: str) -> bool:
    return _OTHERS_NAME.search(names) is not None


def _is_framed(element: Any) -> bool:
    """Whether a block stands in a small element that is named as the author's."""
    for _ in range(3):
        element = element.getparent()
        if element is None or element.tag in ("body", "main", "article"):
            return False
        if _is_named(element) or _names_frame(element.get("class") or ""):
            return count_words("".join(element.itertext())[:2000]) <= 30
    return False


def _is_others(element: Any) -> bool:
    """Whether the names around an element say that it is a comment's, or another story's."""
    for _ in range(5):
        if element is None or element.tag in ("body", "main", "article"):
            return False
        if _names_others(f"{element.get('class') or ''} {element.get('id') or ''}"):
            return True
        element = element.getparent()
    return False


def _is_date(text: str) -> bool:
    return read_timestamp_line(text) is not None


def _below(blocks: list[Block], start: int | None, source: str | None) -> list[Byline]:
    """The one byline with people in it that the page has anywhere below its headline; none where they differ."""
    found: dict[str, Byline] = {}
    for _, byline in _printed(blocks, range((start or 0) + 1, min(len(blocks), MOST_BLOCKS)), None, source):
        if people := _people(byline, source):
            found.setdefault(_key(" ".join(people)), byline)
        if len(found) > 1:
            return []
    return list(found.values())
