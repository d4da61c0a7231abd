"""The words of bylines (seeds/names.toml), ready to look up, and how a name is cased."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

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
    that they and the supporting phrases begin with.
    """

    prefix: Phrases
    signing: Phrases
    supporting: Phrases
    signing_with_colon: frozenset[str]
    cuts: frozenset[str]
    suffixes: tuple[str, ...]
    hangul_signed: re.Pattern[str]
    joiners: frozenset[str]
    sure_joiners: frozenset[str]
    particles: frozenset[str]
    roles: frozenset[str]
    beats: frozenset[str]
    organisations: frozenset[str]
    unspaced_organisations: re.Pattern[str]
    acronyms: frozenset[str]
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
        "organisations",
        "acronyms",
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
        cuts=signing.starts | supporting.starts,
        suffixes=tuple(sorted((s.casefold() for s in seed["suffixes"]), key=len, reverse=True)),
        hangul_signed=re.compile(
            rf"(?<![가-힣])([가-힣]{{2,4}}(?:\s?[·,]\s?[가-힣]{{2,4}})*)\s*(?:{_any_of(hangul)})(?![가-힣])"
        ),
        unspaced_organisations=re.compile(_any_of([o for o in seed["organisations"] if UNSPACED.match(o)])),
        **tables,
    )


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
