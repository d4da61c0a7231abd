"""Bylines: who signed, as a list of names."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from html import unescape

from schemas.draft import Byline
from tasks._date_words import date_words, fold_word, month_number
from tasks._name_words import (
    ARTICLES,
    GENERATION_COMMA,
    GLUED_BY,
    HAS_DIGIT,
    UNSPACED,
    case_name,
    cased,
    is_one_person,
    looks_named,
    name_words,
    split_run,
    unglue,
)
from tasks._name_words import is_person_name as is_person_name  # the callers' one door to names
from tasks._text import clean_line

#: A byline longer than this is a biography or a paragraph.
_LONGEST_BYLINE = 400
#: A person's name longer than this is none; the longest organisation that signs in the public sets has 70.
_LONGEST_NAME = 60
_LONGEST_ORGANISATION = 80


_ADDRESS = re.compile(
    r"\(?\b[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+\)?|(?:https?://|www\.)\S+|\b[\w-]{1,64}\.(?:com|org|net|co|de|fr)/\S*",
    re.I,
)
_HANDLE = re.compile(r"@\w+")
_DOMAIN = re.compile(r"[\w-]+\.[a-z]{2,4}")
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*")
# `Ann LeePublished 3 May`
_GLUED_LABEL = re.compile(r"(?<=[a-z\u00df-\u00ff])(?=(?:Published|Updated|Posted|Follow|Share)(?![a-z]))")
_PARTS = re.compile(
    r"\s*(?:[,;|•⋅∙●、，；／\n—]|\s/+\s|/{2,}|(?<=\w)/(?=\w)|\s[·–+-]\s|(?<=[\uac00-\ud7af])·(?=[\uac00-\ud7af]))\s*"
)
_PLACE = re.compile(
    r"(?<=\w)[,\s]+(?:(?:[Ii]n|[Ff]or|[Aa]t|[Ss]pecial to|from|reporting|on behalf of|aus|à|en|i|w|az?)\s+"
    r"(?:[A-Z\u00c0-\u00de(]|the\s)|The\s+[A-Z]).*$"
)
_LEADING_PLACE = re.compile(r"(?:in|for|at|from|reporting|aus|nach|à|en|special to|envoyé)\s", re.I)
_AGENCY_REPORTER = re.compile(r"^[\u4e00-\u9fff]{1,8}?[社報报網网台](?:记者|記者)\s*")
_UNSPACED_PLACE = re.compile(r"[\u4e00-\u9fff]{2,6}(?:報導|报道|報道|專電|专电|電|电)")
_TELLS = re.compile(r"\s+(?:is|says|said|was|has|covers|writes|reports|joined|ist|est|es|è)(?:\s.*)?$")
_JOINER_FIRST = re.compile(r"^(?:and|und|et|og|och|y|e|&)\s+")
_COLON = re.compile(r"[:：/／]")
_WORD_START = re.compile(r"(?<![^\W\d_])[^\W\d_]+")
_FIRST_OF_LIST = re.compile(r"[,;&]|\s(?:e|und)\s")
# What ends in a date, or in its time: `12. März 2019, 10 Uhr`
_DATE_ENDS = re.compile(r"\d\W*(?:Uhr|h)?\W*$")
_LIKE_PARTICLES = frozenset(("von", "di", "de", "da", "af", "av", "от", "a"))
_BEFORE_DATES = frozenset(("published", "updated", "posted", "last", "on", "in", "at", "am", "le", "el", "il"))
_EDGES = " \t.,;:|/•·⋅-–—*\"“”'«»()[]【】〔〕「」"
_INNER_EDGES = _EDGES.replace(".", "")


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
    text = clean_line(unescape(byline.text))[:_LONGEST_BYLINE]
    if "@" in text or "." in text or "http" in text:
        text = clean_line(_HANDLE.sub(" ", _ADDRESS.sub(" ", text)))
    text = unglue(_GLUED_LABEL.sub(" | ", GLUED_BY.sub("", text)))
    if source and _key(text) == _key(source) and any(map(str.isalnum, text)):
        yield text.strip(_EDGES + "@"), "organisation"
        return
    text = GENERATION_COMMA.sub(" ", text)
    if UNSPACED.search(text):
        text = _AGENCY_REPORTER.sub("", text.strip(_EDGES))
        # `서울 홍길동·김철수 기자`
        text = ", ".join(name_words().hangul_signed.findall(_BRACKETS.sub(" ", text))) or text
    if byline.kind == "organisation":
        yield from _as_organisation(_without_prefix(text))
    elif byline.kind == "person" and re.fullmatch(r"[^\s,]+, [^\s,]+", text):
        last, first = text.split(", ")
        yield from _as_person(f"{first} {last}")
    else:
        yield from _read_sections(_sections(text), source, byline.kind)


def _read_sections(sections: list[tuple[str, str]], source: str | None, kind: str | None) -> Iterator[tuple[str, str]]:
    """Names of those who sign; of those who helped where nobody does."""
    signs = any(role == "signs" for role, _ in sections)
    found = False
    for role, section in sections:
        if role == "helps":
            continue
        for name in _read_list(_without_prefix(section), source, kind):
            # Before a `by` stand dates, `Recipe` and `Column`; a name only if it is beyond doubt.
            if not signs or role == "signs" or (name[1] == "person" and is_one_person(name[0].split())):
                found = True
                yield name
    if not found:
        for role, section in sections:
            if role == "helps":
                yield from _read_list(_without_prefix(section), source, kind)


def _sections(text: str) -> list[tuple[str, str]]:
    """A byline cut at each phrase that signs or credits: (`signs`, `helps` or empty, the words behind it) each."""
    words = name_words()
    cuts = [("", 0, 0)]
    for word in _WORD_START.finditer(text):
        start = word.start()
        begins = word[0].casefold() in words.cuts or UNSPACED.match(word[0])
        if not begins or start < cuts[-1][2]:
            continue
        if found := words.supporting.match(text, start):
            # In the middle of a line `photos by` begins a credit, and `photo` only with a colon.
            if not start or " " in found["words"] or _COLON.search(found[0]):
                cuts.append(("helps", start, found.end()))
        elif start and (found := words.signing.match(text, start)) and _signs_inside(text, start, found):
            cuts.append(("signs", start, found.end()))
    ends = [start for _, start, _ in cuts[1:]] + [len(text)]
    sections = [(role, text[begin:end]) for (role, _, begin), end in zip(cuts, ends, strict=True)]
    return [(role, section) for role, section in sections if section.strip(_EDGES)]


def _signs_inside(text: str, start: int, found: re.Match[str]) -> bool:
    phrase = found["words"].casefold()
    if phrase in _LIKE_PARTICLES and ":" not in found[0]:
        return not text[found.end()].islower() and bool(_DATE_ENDS.search(text[max(0, start - 8) : start]))
    if phrase in name_words().signing_with_colon and not _COLON.search(found[0]):
        return False
    return not text[found.end()].islower() or bool(HAS_DIGIT.search(text[:start]))


def _without_prefix(text: str) -> str:
    words = name_words()
    text = text.strip()
    for _ in range(3):
        found = words.prefix.match(text) or words.supporting.match(text)
        if not found:
            break
        rest = text[found.end() :]
        # `Di Stefano` and `Von der Leyen` are names; `Di Anna Rossi` and `Von dpa` are not.
        if found["words"].casefold() in _LIKE_PARTICLES and ":" not in found[0]:
            first = _FIRST_OF_LIST.split(rest)[0].split()
            if first and first[0].casefold() in words.particles:
                break
            if len(first) < 2 and not _is_organisation(rest) and rest[:1].isupper():
                break
        text = rest
    return text


def _read_list(text: str, source: str | None, kind: str | None) -> Iterator[tuple[str, str]]:
    """Names of one section: separated by commas and the like, then by `and` and the like."""
    bare = _BRACKETS.sub(" ", text).strip() or text.strip("()[] ")
    parts = [part.strip(_INNER_EDGES) for part in _PARTS.split(bare)]
    names: list[tuple[str, str]] = []
    is_placed = False
    for index, part in enumerate(parts):
        part = _JOINER_FIRST.sub("", _without_prefix(part) if index else part)
        if not part:
            continue
        has_person = any(signed == "person" and " " in name for name, signed in names)
        has_whole = has_person or is_placed or any(signed == "organisation" for _, signed in names)
        if names and _LEADING_PLACE.match(part):
            is_placed = True
            continue
        if names and (": " in part or _DOMAIN.fullmatch(part) or _UNSPACED_PLACE.fullmatch(part)):
            continue
        # `Ann Lee, Berlin`: one word behind whole names is where it was written.
        if has_whole and " " not in part and not UNSPACED.search(part) and (has_person or not _is_organisation(part)):
            continue
        pieces = _split_joined(part)
        if has_person and all(_is_affiliation(piece) for piece in pieces):
            continue
        for piece in pieces:
            if not (has_person and _is_role(piece)):
                names += _read_piece(piece, source, kind)
    yield from names if len(names) < 2 else _without_subjects(names)


def _without_subjects(names: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Beside a person beyond doubt, what is no name is a subject, a title or a prompt, and goes."""
    sure = [kind == "person" and is_one_person(name.split()) for name, kind in names]
    if True not in sure:
        return names
    first = sure.index(True)
    return [
        (name, kind)
        for index, (name, kind) in enumerate(names)
        # `Bo and Ann Lee`: one word before a whole name may be somebody.
        if sure[index] or kind == "organisation" or (index < first and " " not in name)
    ]


def _read_piece(piece: str, source: str | None, kind: str | None) -> Iterator[tuple[str, str]]:
    if source and _key(piece) == _key(source):
        return _as_organisation(piece)
    placed = _PLACE.sub("", piece)
    if kind != "person" and _signs_as_organisation(placed):
        return _as_organisation(placed)
    return _as_person(piece)


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
            if sure or (len(before) > 1 and looks_named(" ".join(after[:2])) and after[0][:1].isupper()):
                pieces.append([])
                continue
        before.append(token)
    joined = [" ".join(run) for p in pieces if p for run in split_run(p)]
    if len(joined) > 1 and _is_organisation(part):
        certain = [_is_organisation(p) or len(p.split()) > 1 for p in joined]
        # `staff and agencies`, `Bloor & Sons Press`: a side that is no name of its own
        if not all(certain) or (all(_is_organisation(p) for p in joined) and any(p[:1].islower() for p in joined)):
            return [part]
    return joined


def _tokens(text: str) -> list[str]:
    return [token for word in text.split() if (token := word.strip(_EDGES).casefold())]


def _is_organisation(text: str) -> bool:
    words = name_words()
    tokens = _tokens(text)
    if any(t in words.organisations for t in tokens):
        return True
    if not text.isascii() and words.unspaced_organisations.search(text):
        return True
    if len(tokens) == 1:
        return tokens[0] in words.acronyms
    capitals = [] if text.isupper() else [t.strip(_EDGES) for t in text.split() if t.isupper()]
    return any(t.casefold() in words.acronyms for t in capitals)


def _signs_as_organisation(text: str) -> bool:
    tokens = text.split()
    if len(tokens) > 1 and tokens[0].casefold() in ARTICLES and (tokens[0].casefold() == "the" or len(tokens) == 2):
        return True
    if not _is_organisation(text) or _without_employer(tokens) != tokens:
        return False
    left = _without_roles(tokens)
    # `Ann Lee Staff Writer` is Ann Lee; `Staff Writer` is whoever on the staff.
    return left == tokens or not left or _is_organisation(" ".join(left)) or not looks_named(" ".join(left))


def _is_affiliation(part: str) -> bool:
    """Behind a person's name: a job title or an employer, not another author."""
    return _is_organisation(part) or _is_role(part)


def _is_role(text: str) -> bool:
    words = name_words()
    tokens = _tokens(text)
    return any(t in words.roles or t.rstrip("s") in words.roles for t in tokens) and (
        all(t in words.roles or t in words.beats or t in words.particles for t in tokens[-2:]) or not looks_named(text)
    )


def _as_organisation(text: str) -> Iterator[tuple[str, str]]:
    name = text.strip(_EDGES + " @")
    if not any(map(str.isalnum, name)) or len(name) > _LONGEST_ORGANISATION or name.casefold() in name_words().nobody:
        return
    if name.isupper() and name.casefold() not in name_words().acronyms and len(name) > 4:
        name = " ".join(t if t.casefold() in name_words().acronyms else cased(t) for t in name.split())
    yield name, "organisation"


def _as_person(text: str) -> Iterator[tuple[str, str]]:
    tokens = text.split()
    if len(tokens) > 1:
        text = _TELLS.sub("", text)
        tokens = text.split()
        placed = _PLACE.sub("", text).split()
        tokens = placed if len(placed) >= 2 else tokens
    if HAS_DIGIT.search(text):
        tokens = _before_date(tokens)
    while len(tokens) > 2 and tokens[-1].casefold() in _BEFORE_DATES:
        tokens.pop()
    tokens = _without_roles(tokens)
    name = _without_suffix(" ".join(tokens).strip(_INNER_EDGES))
    if name.endswith(".") and not re.search(r"(?:\b\w|\b[JSjs]r)\.$", name):
        name = name.rstrip(". ")
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


def _before_date(tokens: list[str]) -> list[str]:
    """The words of `Ann Lee Last Updated on 12 March 2019` before the label and the date."""
    dated = next((i for i, t in enumerate(tokens) if HAS_DIGIT.search(t)), len(tokens))
    if dated == 0 and re.fullmatch(r"[A-Z]{2,}\d+", tokens[0]):
        return tokens  # `BR24 Redaktion`
    # `Yucy3/4/2025`: a date glued to the name
    glued = re.match(r"[^\W\d_]{2,}(?=\d)", tokens[dated]) if dated < len(tokens) else None
    tokens = [*tokens[:dated], *([glued[0]] if glued else [])]
    for index in range(len(tokens)):
        # `match` at each word: `search` tries hundreds of labels at every letter.
        if date_words().labels.match(" ".join(tokens[index : index + 3])):
            return tokens[:index]
    # One month only: `Ann Maio on January 21`, where Maio is a month too.
    if tokens and month_number(tokens[-1]):
        tokens.pop()
    while tokens and (tokens[-1].casefold() in _BEFORE_DATES or fold_word(tokens[-1]) in date_words().weekdays):
        tokens.pop()
    return tokens


def _without_suffix(name: str) -> str:
    """A name without the word that signs behind it (`홍길동 기자`) or a prompt (`Ann Lee Follow`)."""
    folded = name.casefold()
    if not folded.endswith(name_words().suffixes):
        return name
    for suffix in name_words().suffixes:
        if folded.endswith(suffix) and (UNSPACED.match(suffix) or folded[: -len(suffix)].endswith(" ")):
            return name[: -len(suffix)].rstrip(_INNER_EDGES)
    return name


def _without_roles(tokens: list[str]) -> list[str]:
    """A name without the job title printed before or behind it (`Political editor Ann Lee`, `Ann Lee Staff Writer`)."""
    words = name_words()

    def is_title(token: str) -> bool:
        folded = token.strip(_EDGES).casefold()
        known = folded in words.roles or folded in words.beats or folded in words.organisations
        return known or folded.endswith("ische")  # `landespolitische Korrespondentin`

    def holds_role(some: list[str]) -> bool:
        return any(t.strip(_EDGES).casefold() in words.roles for t in some)

    start = 0
    while start < len(tokens) and is_title(tokens[start]):
        start += 1
    if start and holds_role(tokens[:start]):
        tokens = tokens[start:]
    # From the first role behind a whole name: `Ann Lee Deputy Content Hub Director`
    end = next((i for i in range(2, len(tokens)) if holds_role(tokens[i : i + 1])), len(tokens))
    while end > 0 and is_title(tokens[end - 1]):
        end -= 1
    if holds_role(tokens[end:]) and (end >= 2 or end == 0):
        tokens = tokens[:end]
    return _without_employer(tokens)


def _without_employer(tokens: list[str]) -> list[str]:
    """`Ann Lee BBC News`, `ANN LEE Associated Press`: the name, where capitals or the agency tell where it ends."""
    words = name_words()
    for index in range(2, len(tokens)):
        word = tokens[index].strip(_EDGES)
        is_agency = " ".join(tokens[index : index + 2]).casefold() in words.agencies
        if is_agency or (word.isupper() and word.casefold() in words.acronyms and not tokens[0].isupper()):
            return tokens[:index]
    return tokens
