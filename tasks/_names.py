"""Bylines: who signed, as a list of names."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from html import unescape

from schemas.draft import Byline
from tasks._date_words import month_number
from tasks._name_words import UNSPACED, case_name, cased, name_words
from tasks._text import clean_line

#: A byline longer than this is a biography or a paragraph.
_LONGEST_BYLINE = 400
#: A person's name longer than this is none; the longest organisation that signs in the public sets has 70.
_LONGEST_NAME = 60
_LONGEST_ORGANISATION = 80


# --- whether a line is a name ------------------------------------------------------------------------------------

_SEPARATOR = re.compile(r"\s*(?:[,;/|•·、，；]|\s[-–—]\s)\s*")
# A name's word: letters with inner points, apostrophes and hyphens; initials such as `J.` and `J.K.`
_NAME_WORD = re.compile(r"[^\W\d_][^\W\d_'’ʼ.\-‐‑\u0300-\u036f]*(?:['’ʼ.\-‐‑][^\W\d_\u0300-\u036f]*)*")
_GENERATION = frozenset(("jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "phd", "md"))
_GENERATION_COMMA = re.compile(r",\s*(?=(?:[JS]r\b|I{2,3}\b|IV\b))")
# Endings of nouns and adjectives that no name has; `ing`, `ment`, `ance`, `ity` are left out for Manning, Clement,
# Vance and Charity.
_NOUN = re.compile(
    r"(?:tions?|sions|ments|ness|ities|ility|olog(?:y|ies)|[^r]ics|ware|ships?|ings|ances|ences|able|ible|ical|"
    r"iz(?:e|ed|es|ing))$"
)
_HAS_DIGIT = re.compile(r"\d")


def is_person_name(line: str) -> bool:
    """Whether a line by itself is a person's name or a list of names, not a headline, a section or a place.

    A name here is two to four words that begin with a capital (or are all capitals), with small words such as `van`
    between them, and no word that headlines and section names are made of.
    """
    line = line.strip()
    if not 4 <= len(line) <= 120 or _HAS_DIGIT.search(line) or not line[0].isalpha():
        return False
    if not (line[-1].isalpha() or line[-1] == "."):
        return False
    words = name_words()
    names: list[list[str]] = [[]]
    for part in _SEPARATOR.split(_GENERATION_COMMA.sub(" ", line)):
        for word in part.split():
            small = word.casefold()
            if small in words.joiners and len(names[-1]) > (1 if small in words.particles else 0):
                names.append([])
            else:
                names[-1].append(word)
        names.append([])
    names = [n for n in names if n]
    return 1 <= len(names) <= 8 and all(_is_one_person(name) for name in names)


def _is_one_person(tokens: list[str]) -> bool:
    words = name_words()
    is_capitals = all(t.isupper() or t.casefold() in words.particles for t in tokens)
    while len(tokens) > 2 and tokens[-1].casefold() in _GENERATION:
        tokens = tokens[:-1]
    counted = 0
    for index, token in enumerate(tokens):
        folded = token.casefold()
        if not _NAME_WORD.fullmatch(token):
            return False
        if folded in words.particles and (index or len(tokens) > 2):
            continue
        if folded in words.organisations or folded in words.roles or _NOUN.search(folded):
            return False
        allowed = words.surnames if index == len(tokens) - 1 else words.forenames if index == 0 else frozenset()
        if folded in words.not_names and folded not in allowed:
            return False
        if token.islower() or (token.endswith(".") and len(token) > 5):
            return False
        # `PDF`, `USB` beside words in lower case; `PJ Hamel` is somebody.
        if not is_capitals and token.isupper() and "." not in token and len(token) > (1 if index else 2):
            return False
        counted += 1
    return 2 <= counted <= 4 and len(tokens[-1].rstrip(".")) > 1


# --- who signed --------------------------------------------------------------------------------------------------

_ADDRESS = re.compile(
    r"\(?\b[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+\)?|(?:https?://|www\.)\S+|\b[\w-]{1,64}\.(?:com|org|net|co|de|fr)/\S*",
    re.I,
)
_HANDLE = re.compile(r"(?:(?<=\s)|^|(?<=\())@\w+")
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*")
_GLUED_BY = re.compile(r"^[Bb]y(?=[A-Z][a-z])")
_PARTS = re.compile(
    r"\s*(?:[,;|•、，；\n]|\s/\s|(?<=\w)/(?=\w)|\s[·–—-]\s|(?<=[\uac00-\ud7af])·(?=[\uac00-\ud7af]))\s*"
)
_PLACE = re.compile(r"(?<=\w)[,\s]+(?:in|for|at|from|reporting|aus|à|en|i|w|az?)\s+(?:[A-Z\u00c0-\u00de(]|the\s).*$")
_LEADING_PLACE = re.compile(r"(?:in|for|at|from|reporting|aus|nach|à|en|special to|envoyé)\s", re.I)
_AGENCY_REPORTER = re.compile(r"^[\u4e00-\u9fff]{1,8}?[社报報网網台](?:记者|記者)\s*")
_TELLS = re.compile(r"\s+(?:is|says|said|was|has|covers|writes|reports|joined|ist|est|es|è)(?:\s.*)?$")
_LIKE_PARTICLES = frozenset(("von", "di", "de", "af", "av", "от", "a"))
_BEFORE_DATES = frozenset(("published", "updated", "posted", "on", "am", "le", "el", "il"))
_EDGES = " \t.,;:|/•·-–—*\"“”'«»()[]"


def read_authors(bylines: Sequence[Byline], source: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who signed, in order and each once, and for each `person` or `organisation`.

    "By", job titles, places, e-mail addresses, handles and links go; lists are split; names in capitals or without any
    are cased.  An organisation behind a person's comma is where the person works and goes too; one that signs itself
    stays.  `Lee, Ann` is taken for two names unless the page says that it is one person.
    """
    found: dict[str, tuple[str, str]] = {}
    for byline in bylines:
        for name, kind in _read_byline(byline, source):
            found.setdefault(_key(name), (name, kind))
    return tuple(name for name, _ in found.values()), tuple(kind for _, kind in found.values())


def same_name(one: str, other: str) -> bool:
    """Whether two names are one but for case, accents and punctuation."""
    return _key(one) == _key(other)


def _key(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in folded if c.isalnum()) or folded


def _read_byline(byline: Byline, source: str | None) -> Iterator[tuple[str, str]]:
    text = clean_line(unescape(byline.text))
    text = _HANDLE.sub(" ", _ADDRESS.sub(" ", text[:_LONGEST_BYLINE]))
    text = _GLUED_BY.sub("", clean_line(text))
    if source and _key(text) == _key(source) and text.strip(_EDGES):
        yield text.strip(_EDGES), "organisation"
        return
    text = _GENERATION_COMMA.sub(" ", _AGENCY_REPORTER.sub("", text))
    sections = [s for part in text.split(";") for s in name_words().credit.split(part) if s.strip(_EDGES)]
    signed = [s for s in sections if not name_words().supporting.match(s)] or sections
    for section in signed:
        helped = name_words().supporting.match(section)
        section = _without_prefix(section[helped.end() :] if helped else section)
        if byline.kind == "organisation":
            yield from _as_organisation(section)
        elif byline.kind == "person" and re.fullmatch(r"[^\s,]+, [^\s,]+", section):
            last, first = section.split(", ")
            yield from _as_person(f"{first} {last}")
        else:
            yield from _read_list(section, source, byline.kind)


def _without_prefix(text: str) -> str:
    for _ in range(3):
        found = name_words().prefix.match(text)
        if not found:
            break
        rest = text[found.end() :]
        like_particle = (found["words"] or "").casefold() in _LIKE_PARTICLES
        # `Di Stefano` and `Von der Leyen` are names; `Di Anna Rossi` is not.
        first = re.split(r"[,;&]|\s(?:e|und)\s", rest)[0].split()
        if like_particle and (len(first) < 2 or first[0].casefold() in name_words().particles) and ":" not in found[0]:
            break
        text = rest
    return text


def _read_list(text: str, source: str | None, kind: str | None) -> Iterator[tuple[str, str]]:
    """Names of one section: separated by commas and the like, then by `and` and the like."""
    bare = _BRACKETS.sub(" ", text).strip()
    has_person = False
    for part in _PARTS.split(bare or text.strip("()[] ")):
        part = _without_prefix(part).strip(_EDGES.replace(".", "")) if part else ""
        part = re.sub(rf"^(?:{'|'.join(('and', 'und', 'et', 'og', 'och', 'y', 'e', '&'))})\s+", "", part)
        if not part or (has_person and (_LEADING_PLACE.match(part) or _is_affiliation(part))):
            continue
        # `Ann Lee, Berlin`: one word behind whole names is where it was written.
        if has_person and " " not in part and not UNSPACED.search(part):
            continue
        for piece in _split_joined(part):
            if source and _key(piece) == _key(source):
                names = _as_organisation(piece)
            elif kind != "person" and _signs_as_organisation(_PLACE.sub("", piece)):
                names = _as_organisation(_PLACE.sub("", piece))
            else:
                names = _as_person(piece)
            for name in names:
                has_person = has_person or (name[1] == "person" and " " in name[0])
                yield name


def _split_joined(part: str) -> list[str]:
    """The names of `A and B`; the whole where it is one organisation's name (`Guardian staff and agencies`)."""
    tokens = part.split()
    pieces: list[list[str]] = [[]]
    for index, token in enumerate(tokens):
        folded = token.casefold()
        before, after = pieces[-1], tokens[index + 1 :]
        is_lower = token == folded or part.isupper() or token == "&"
        if is_lower and before and after and folded in name_words().joiners:
            sure = folded in name_words().sure_joiners
            if sure or (len(before) > 1 and _looks_named(" ".join(after[:2])) and after[0][:1].isupper()):
                pieces.append([])
                continue
        before.append(token)
    joined = [" ".join(p) for p in pieces if p]
    if len(joined) > 1 and _is_organisation(part):
        certain = [_is_organisation(p) or len(p.split()) > 1 for p in joined]
        # `staff and agencies`, `Bloor & Sons Press`: a side that is no name of its own
        if not all(certain) or (all(_is_organisation(p) for p in joined) and any(p[:1].islower() for p in joined)):
            return [part]
    return joined


def _tokens(text: str) -> list[str]:
    return [t.strip(_EDGES).casefold() for t in text.split() if t.strip(_EDGES)]


def _is_organisation(text: str) -> bool:
    words = name_words()
    tokens = _tokens(text)
    if any(t in words.organisations for t in tokens) or words.unspaced_organisations.search(text):
        return True
    if len(tokens) == 1:
        return tokens[0] in words.acronyms
    capitals = [] if text.isupper() else [t.strip(_EDGES) for t in text.split() if t.isupper()]
    return any(t.casefold() in words.acronyms for t in capitals)


_ARTICLES = frozenset(("the", "le", "la", "el", "il", "die", "der", "das"))


def _signs_as_organisation(text: str) -> bool:
    tokens = text.split()
    if len(tokens) > 1 and tokens[0].casefold() in _ARTICLES and (tokens[0].casefold() == "the" or len(tokens) == 2):
        return True
    if not _is_organisation(text):
        return False
    left = _without_roles(tokens)
    # `Ann Lee Staff Writer` is Ann Lee; `Staff Writer` is whoever on the staff.
    return left == tokens or not left or _is_organisation(" ".join(left)) or not _looks_named(" ".join(left))


def _is_affiliation(part: str) -> bool:
    """Behind a person's name: a job title or an employer, not another author."""
    return _is_organisation(part) or _is_role(part)


def _is_role(text: str) -> bool:
    words = name_words()
    tokens = _tokens(text)
    return any(t in words.roles or t.rstrip("s") in words.roles for t in tokens) and (
        all(t in words.roles or t in words.beats or t in words.particles for t in tokens[-2:]) or not _looks_named(text)
    )


def _looks_named(text: str) -> bool:
    tokens = text.split()
    return 2 <= len(tokens) <= 4 and all(t[:1].isupper() or t in name_words().particles for t in tokens)


def _as_organisation(text: str) -> Iterator[tuple[str, str]]:
    name = text.strip(_EDGES + " ")
    if not name or len(name) > _LONGEST_ORGANISATION or name.casefold() in name_words().nobody:
        return
    if name.isupper() and name.casefold() not in name_words().acronyms and len(name) > 4:
        name = " ".join(t if t.casefold() in name_words().acronyms else cased(t) for t in name.split())
    yield name, "organisation"


def _as_person(text: str) -> Iterator[tuple[str, str]]:
    text = name_words().suffix.sub("", _TELLS.sub("", text))
    tokens = text.split()
    if len(_PLACE.sub("", text).split()) >= 2:
        tokens = _PLACE.sub("", text).split()
    if (dated := next((i for i, t in enumerate(tokens) if any(c.isdigit() for c in t)), None)) is not None:
        # `Yucy3/4/2025`: a date glued to the name
        glued = re.match(r"[^\W\d_]{2,}(?=\d)", tokens[dated])
        tokens = [*tokens[:dated], *([glued[0]] if glued else [])]
        while tokens and (month_number(tokens[-1]) or tokens[-1].casefold() in _BEFORE_DATES):
            tokens.pop()
    tokens = _without_roles(tokens)
    name = " ".join(tokens).strip(_EDGES.replace(".", "") + " ")
    if name.endswith(".") and not re.search(r"(?:\b\w|\b[JSjs]r)\.$", name):
        name = name.rstrip(".")
    folded = name.casefold()
    if (
        len(name) < 2
        or len(name) > _LONGEST_NAME
        or folded in name_words().nobody
        or set("_@") & set(name)
        or len(tokens) > 7
    ):
        return
    if folded in name_words().particles or not any(c.isalpha() for c in name):
        return
    if (name.isupper() and len(name) > 3) or (name.islower() and len(tokens) > 1):
        name = case_name(name)
    yield name, "person"


def _without_roles(tokens: list[str]) -> list[str]:
    """A name without the job title printed before or behind it (`Political editor Ann Lee`, `Ann Lee Staff Writer`)."""
    words = name_words()

    def is_title(token: str) -> bool:
        folded = token.strip(_EDGES).casefold()
        return folded in words.roles or folded in words.beats or folded in words.organisations

    def holds_role(some: list[str]) -> bool:
        return any(t.strip(_EDGES).casefold() in words.roles for t in some)

    start, end = 0, len(tokens)
    while start < end and is_title(tokens[start]):
        start += 1
    if start and holds_role(tokens[:start]):
        tokens = tokens[start:]
    end = len(tokens)
    while end > 0 and is_title(tokens[end - 1]):
        end -= 1
    if holds_role(tokens[end:]) and (end >= 2 or end == 0):
        tokens = tokens[:end]
    return tokens
