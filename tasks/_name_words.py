"""What a name is made of: the words of bylines (seeds/names.toml), whether words are a name, and how one is cased."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from tasks._date_words import month_number

#: A letter of the scripts that are written without spaces.
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
WORD = re.compile(r"\w+")

_SEED = Path(__file__).parent.parent / "seeds" / "names.toml"


class Phrases:
    """Phrases that stand before a name, with their colon or space, looked up by their first word.

    One pattern of all of them is five times slower: there are hundreds, and most words of a line begin none.
    """

    def __init__(self, phrases: list[str]) -> None:
        self._phrases: dict[str, list[str]] = {}
        for phrase in phrases:
            self._phrases.setdefault(WORD.match(phrase)[0].casefold(), []).append(phrase)  # type: ignore[index]
        # Made when they are first needed: all together take 80 ms.
        self._patterns: dict[str, re.Pattern[str]] = {}
        #: The first words, casefolded.
        self.starts = frozenset(self._phrases)
        attached = [p for p in phrases if len(p) > 1 and UNSPACED.match(p)]
        self._attached = re.compile(rf"(?P<words>{_any_of(attached)})(?=\w)") if attached else None

    def match(self, text: str, start: int = 0) -> re.Match[str] | None:
        """The phrase that begins at `start`, which is no space; its group `words` is the phrase alone."""
        first = WORD.match(text, start)
        if first is None:
            return None
        found = None
        if (word := first[0].casefold()) in self._phrases:
            found = self._pattern(word).match(text, start)
        if found is None and self._attached and UNSPACED.match(first[0]):
            found = self._attached.match(text, start)
        return found

    def _pattern(self, word: str) -> re.Pattern[str]:
        pattern = self._patterns.get(word)
        if pattern is None:
            ends = r"(?:\s*[:：/／]\s*|\s+)(?=\S)"
            pattern = re.compile(rf"(?P<words>{_any_of(self._phrases[word])}){ends}", re.IGNORECASE)
            self._patterns[word] = pattern
        return pattern


@dataclass(frozen=True)
class NameWords:
    """Tables of `seeds/names.toml`, casefolded.

    `signing` are the prefixes that sign in the middle of a line, too, some only with a colon; `cuts` are the words
    that they and the supporting phrases begin with.  `telling`: what stands above or before an author's name that is
    told beside the article.
    """

    prefix: Phrases
    signing: Phrases
    supporting: Phrases
    telling: Phrases
    signing_with_colon: frozenset[str]
    cuts: frozenset[str]
    suffixes: tuple[str, ...]
    hangul_signed: re.Pattern[str]
    joiners: frozenset[str]
    sure_joiners: frozenset[str]
    particles: frozenset[str]
    roles: frozenset[str]
    beats: frozenset[str]
    desks: frozenset[str]
    organisations: frozenset[str]
    unspaced_organisations: re.Pattern[str]
    acronyms: frozenset[str]
    degrees: frozenset[str]
    agencies: frozenset[str]
    nobody: frozenset[str]
    not_names: frozenset[str]
    forenames: frozenset[str]
    surnames: frozenset[str]
    given_names: frozenset[str]
    common_words: frozenset[str]


def _any_of(phrases: list[str]) -> str:
    return "|".join(re.escape(p) for p in sorted({p.rstrip(":：／") for p in phrases}, key=len, reverse=True))


@cache
def name_words() -> NameWords:
    """The tables, read once a process."""
    seed = tomllib.loads(_SEED.read_text(encoding="utf-8"))
    lists = (
        "joiners",
        "sure_joiners",
        "particles",
        "roles",
        "beats",
        "desks",
        "organisations",
        "acronyms",
        "degrees",
        "agencies",
        "nobody",
    )
    lists += ("not_names", "forenames", "surnames")
    tables = {field: frozenset(w.casefold() for w in seed[field]) for field in lists}
    tables |= {field: frozenset(seed[field].casefold().split()) for field in ("given_names", "common_words")}
    # a lone `By` or `Text:` is nobody either
    tables["nobody"] |= {p.casefold() for p in seed["prefixes"]}
    hangul = [s for s in seed["suffixes"] if "\uac00" <= s[0] <= "\ud7af"]
    signing, supporting = Phrases(seed["signing"]), Phrases(seed["supporting"])
    return NameWords(
        prefix=Phrases(seed["prefixes"]),
        signing=signing,
        signing_with_colon=frozenset(p[:-1] for p in seed["signing"] if p.endswith(":")),
        supporting=supporting,
        telling=Phrases(seed["telling"]),
        cuts=signing.starts | supporting.starts,
        suffixes=tuple(sorted((s.casefold() for s in seed["suffixes"]), key=len, reverse=True)),
        hangul_signed=re.compile(
            rf"(?<![가-힣])([가-힣]{{2,4}}(?:\s?[·,]\s?[가-힣]{{2,4}})*)\s*(?:{_any_of(hangul)})(?![가-힣])"
        ),
        unspaced_organisations=re.compile(_any_of([o for o in seed["organisations"] if UNSPACED.match(o)])),
        **tables,
    )


# --- whether a line is a name ------------------------------------------------------------------------------------

_SEPARATES = re.compile(r"[,;/|•·、，；]|\s[-–—]\s")
_SEPARATOR = re.compile(rf"\s*(?:{_SEPARATES.pattern})\s*")
# A name's word: letters with inner points, apostrophes and hyphens; initials such as `J.` and `J.K.`
_NAME_WORD = re.compile(r"[^\W\d_][^\W\d_'’ʼ.\-‐‑\u0300-\u036f]*(?:['’ʼ.\-‐‑][^\W\d_\u0300-\u036f]*)*")
_GENERATION = frozenset(("jr", "jr.", "sr", "sr.", "ii", "iii", "iv"))
GENERATION_COMMA = re.compile(r",\s*(?=(?:[JS]r\b|I{2,3}\b|IV\b))")
_TITLE = frozenset(("dr", "dr.", "prof", "prof.", "mr", "mr.", "mrs", "mrs.", "ms.", "sir", "dame", "rev", "rev."))
# Endings of nouns and adjectives that no name has; `ing`, `ment`, `ance`, `ity` are left out for Manning, Clement,
# Vance and Charity.
_NOUN = re.compile(
    r"(?:tions?|sions|ments|ness|ities|ility|olog(?:y|ies)|[^r]ics|ware|ships?|ances|ences|able|ible|ical|"
    r"iz(?:e|ed|es|ing)|ungen|keit|schaft|ciones|ções|zioni|zione)$"
)
# Endings that few names have: they count where no given name stands first.
_LIKE_NOUN = re.compile(
    r"(?:[^aeiou\W]ings?|ment|ity|ities|ous|ful|less|ically|ually|onally|ism|graphy|ophy|phobia|\w{4}(?:ive|ung)|"
    r"isch(?:e[nrs]?)?|heit|ción|ção|tät|dades?|idad|mente|ité|eurs|tions?|sche)$"
)
#: Words whose tags a scraper has dropped without a space: `byAnn Lee`
GLUED_BY = re.compile(r"^(?:[Bb]y|von|[Pp]ar|[Pp]or)(?=[A-Z\u00c0-\u00de][a-z\u00df-\u00ff])")
ARTICLES = frozenset(("the", "le", "la", "el", "il", "die", "der", "das"))
_GENITIVES = ARTICLES | frozenset(("des", "du", "della", "delle", "dello", "degli"))
HAS_DIGIT = re.compile(r"\d")
# `hacksCleaning`, `SaaS`, `iPad`; but `McKay`, `DiMarco`, `LaRue`, `FitzGerald`
_GLUED = re.compile(r"[^\W\d_]{4}[A-Z](?<!Fitz.)|[A-Z]{2}[a-z]|[a-z][A-Z]{2}|^[a-z]+[A-Z]")


@lru_cache(maxsize=1 << 13)  # the same lines come on every page of an outlet
def is_person_name(line: str) -> bool:
    """Whether a line by itself is a person's name or a list of names, not a headline, a section or a place.

    A name here is two to four words that begin with a capital (or are all capitals), with small words such as `van`
    between them, and no word that headlines and section names are made of.  What no known given name begins is taken
    for a name only where none of its words is a plain one, and not at all in scripts without capitals.
    """
    line = line.strip()
    if glued := GLUED_BY.match(line):
        line = line[glued.end() :]
    if not 4 <= len(line) <= 120 or HAS_DIGIT.search(line) or not line[0].isalpha():
        return False
    if not (line[-1].isalpha() or line[-1] == "."):
        return False
    words = name_words()
    if not line.isascii() and UNSPACED.search(line):
        return bool(words.hangul_signed.fullmatch(line))
    if len(line.split()) < 2:
        return False
    names: list[list[str]] = [[]]
    for part in _SEPARATOR.split(GENERATION_COMMA.sub(" ", line)) if _SEPARATES.search(line) else (line,):
        for word in part.split():
            small = word.casefold()
            if small in words.joiners and len(names[-1]) > (1 if small in words.particles else 0):
                names.append([])
            else:
                names[-1].append(word)
        names.append([])
    # `Ann Lee, MD, PhD`
    names = [n for n in names if n and not (n is not names[0] and all(t.casefold() in words.degrees for t in n))]
    return 1 <= len(names) <= 8 and all(is_one_person(name) for name in names)


def is_one_person(tokens: list[str]) -> bool:
    """Whether the words are the name of one person, as far as words can tell."""
    words = name_words()
    while len(tokens) > 2 and tokens[-1].casefold() in (_GENERATION | words.degrees):
        tokens = tokens[:-1]
    if len(tokens) > 2 and tokens[0].casefold() in _TITLE:
        tokens = tokens[1:]
    is_capitals = all(t.isupper() or t.casefold() in words.particles for t in tokens)
    is_given = begins_name(tokens[0])
    if not is_given and (not tokens[0][0].isupper() or tokens[0].casefold() in ARTICLES):
        return False
    counted = 0
    for index, token in enumerate(tokens):
        folded = token.casefold()
        if not _NAME_WORD.fullmatch(token):
            return False
        if folded in words.particles and (index or len(tokens) > 2):
            # `Feria de Abril` may be somebody, `Stimme der Ökonomen` is nobody.
            if not is_given and folded in _GENITIVES and tokens[index - 1].casefold() not in ("von", "van", "de"):
                return False
            continue
        if folded in words.organisations or folded in words.roles or _NOUN.search(folded):
            return False
        allowed = words.surnames if index == len(tokens) - 1 else words.forenames if index == 0 else frozenset()
        if folded in words.not_names and folded not in allowed:
            return False
        # `Charles Dickens Quotes`; but `Anna Maria Rice`
        if _is_plain(folded) and (not is_given or (index > 1 and not begins_name(tokens[index - 1]))):
            return False
        if token.islower() or (token.endswith(".") and len(token) > 5) or folded.endswith(("'s", "’s", "..")):
            return False
        if not is_capitals:
            # `PDF`, `USB` beside words in lower case; `PJ Hamel` and `Anne DUPONT` are somebody.
            is_surname = is_given and index and len(token) > 3
            is_short = len(token) <= (1 if index else 2) and folded not in words.acronyms
            if token.isupper() and "." not in token and not is_surname and not is_short:
                return False
            if not is_given and _GLUED.search(token):
                return False
        counted += 1
    return 2 <= counted <= 4 and len(tokens[-1].rstrip(".")) > 1


def begins_name(token: str) -> bool:
    """Whether names begin with this word: a known given name, or the first half of a double one."""
    folded = token.casefold()
    return folded in name_words().given_names or folded.partition("-")[0] in name_words().given_names


def _is_plain(folded: str) -> bool:
    words = name_words()
    if folded in words.common_words or _LIKE_NOUN.search(folded):
        return True
    return "-" in folded and any(part in words.common_words or part in words.not_names for part in folded.split("-"))


def looks_named(text: str) -> bool:
    """Whether the words are capitalised as a name is; they may be anything else, too."""
    tokens = text.split()
    return 2 <= len(tokens) <= 4 and all(t[:1].isupper() or t in name_words().particles for t in tokens)


def split_run(tokens: list[str]) -> list[list[str]]:
    """Names in a row with nothing between them (`Anna Berg Karin Maria Ek`), where a given name begins each."""
    if not 5 <= len(tokens) <= 12 or not all(t[:1].isupper() and t[1:].islower() for t in tokens):
        return [tokens]
    names: list[list[str]] = [[]]
    for index, token in enumerate(tokens):
        if len(names[-1]) >= 2 and begins_name(token) and not begins_name(tokens[index - 1]):
            names.append([])
        names[-1].append(token)
    return names if len(names) > 1 and all(is_one_person(name) for name in names) else [tokens]


# --- how a name is written -------------------------------------------------------------------------------------------


def case_name(name: str) -> str:
    """A name printed in capitals, or with none, as a person writes it: `ANN MCDONALD` is `Ann McDonald`.

    Particles are small inside (`van der Berg`), initials and `II` stay capitals.  `MAC...` is cased as `Mac` with a
    small letter behind it: `MacDonald` and `Mackenzie` cannot be told apart, but for the commonest.
    """
    words = name_words()
    out = []
    for index, token in enumerate(name.split()):
        folded = token.casefold()
        if index and folded in words.particles:
            out.append(folded)
        elif index and folded.strip(".") in ("ii", "iii", "iv"):
            out.append(token.upper())
        else:
            out.append(cased(token))
    return " ".join(out)


_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]?\.?")
_MAC = re.compile(r"^Mac(?=(?:donald|donnell|dougall|arthur|gregor|leod|lean|millan|intyre|pherson|farlane|kinnon|neil|"
                  r"kay|aulay|askill|duff|manus|innes|bride|culloch|allister|fadyen)s?$)")  # fmt: skip


def cased(token: str) -> str:
    """One word of a name in capitals or without any: `O'NEILL` is `O'Neill`."""
    # `J.K.` and `PJ`
    if _INITIALS.fullmatch(token) or (len(token) == 2 and not set(token.lower()) & set("aeiouy")):
        return token.upper()
    parts = re.split(r"([-‐‑'’ʼ.])", token.lower())
    for i in range(0, len(parts), 2):
        word = parts[i]
        # `O'Neill`, `D'Angelo`, but `Ann's`
        if i and parts[i - 1] in "'’ʼ" and (len(parts[i - 2]) > 2 or len(word) < 3):
            continue
        word = word[:1].upper() + word[1:]
        if word.startswith("Mc") and len(word) > 3:
            word = "Mc" + word[2].upper() + word[3:]
        elif found := _MAC.match(word):
            word = found[0] + word[3].upper() + word[4:]
        parts[i] = word
    return "".join(parts)


# --- what is glued to a name ---------------------------------------------------------------------------------------

# `Ann LeeNews Reporter`, `Ann LeeJanuary 14`; `LaMay` and `DeMars` are names
_GLUED_WORD = re.compile(r"(?<=[a-z\u00df-\u00ff]{2})(?=([A-Z\u00c0-\u00de][a-z\u00df-\u00ff]{2,}))")


def unglue(text: str) -> str:
    """A byline whose job title or date is glued to the name, which they stand behind on the page."""

    def cut(found: re.Match[str]) -> str:
        word = found[1].casefold()
        is_role = word in name_words().roles or word in name_words().beats
        return " | " if is_role or month_number(word) else ""

    return _GLUED_WORD.sub(cut, text)
