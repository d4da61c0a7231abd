"""The furniture phrases of seeds/phrases, ready to match lines against."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path

from schemas.errors import UsageError
from schemas.outcome import KINDS
from tasks._needles import Needles
from tasks._text import WORD

FOLDER = Path(__file__).resolve().parent.parent / "seeds" / "phrases"

# A line longer than this is prose: only patterns that say so themselves may take it for furniture.
MOST_WORDS = 40
MOST_CHARACTERS = 1_000
#: A whole-line phrase, and the beginning of a longer one, have no more characters.
LONGEST_LINE = 160
#: Lines up to this long are menus and prompts, the same in every document of an outlet: worth remembering.
SHORT = 60
MOST_KNOWN = 1 << 13

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_OPENING = re.compile(r"^[^\w#@(©\[←→\n]+", re.M)
#: (Only of the first LONGEST_LINE characters: on a line of 50,000 dashes this takes minutes.)
_CLOSING = re.compile(r"[^\w#)\]\n]+$", re.M)
_QUOTES = (("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"'))
# An outlet's name ends where words in small letters begin (`The Lantern as stories break`), or at a full stop.
_NAME_END = re.compile(
    r"\s+(?!(?:of|the|and|de|la|le|del|du|des|der|die|das|di|da|do|y|e|et|und|van|en|on)\s)[a-z].*|\.\s.*|(?<=[\u3040-\u9fff])\s.*"
)
_NAMES_OUTLET = "(?P<source>"


@dataclass(frozen=True, slots=True)
class Match:
    """What a line was recognised as: a kind, the rule (`en:legal:all rights reserved`), the outlet if it names one.

    `whole`: the whole line is a known phrase, not only its beginning.
    """

    kind: str
    rule: str
    source: str | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression over a line as printed; `needs`: what one of must stand in it, in small letters."""

    text: str
    kind: str
    rule: str
    needs: tuple[str, ...] = ()


@dataclass(slots=True)
class Phrases:
    """All languages together: whole lines, beginnings by their first word, and patterns.

    `beginnings`: those of `starts` alone.
    `needs`: the words that patterns need, and `needing`: by each of these the numbers of the patterns that do, by the
    empty word those of the others, of which `any_pattern` tells whether one matches.
    `known`: short lines that were looked up before, and what they are; MOST_KNOWN and those of one document at most.
    """

    lines: dict[str, Match] = field(default_factory=dict)
    starts: dict[str, list[tuple[str, Match]]] = field(default_factory=dict)
    beginnings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    patterns: list[Pattern] = field(default_factory=list)
    any_pattern: re.Pattern[str] | None = None
    needs: Needles = field(default_factory=lambda: Needles(()))
    needing: dict[str, list[int]] = field(default_factory=dict)
    known: dict[str, Match | None] = field(default_factory=dict)

    def match(self, text: str, words: int) -> Match | None:
        """What furniture the line `text` of `words` words is, if any."""
        return self.match_all([text], [text.casefold()], [words])[0]

    def match_all(self, texts: Sequence[str], folded: Sequence[str], words: Sequence[float]) -> list[Match | None]:
        """What furniture each of these lines is, with their casefolded selves and their numbers of words."""
        if len(self.known) > MOST_KNOWN:
            self.known.clear()
        may_be = {
            text: low
            for text, low, count in zip(texts, folded, words, strict=True)
            if count <= MOST_WORDS and len(text) <= MOST_CHARACTERS
        }
        told = self._match_new({text: low for text, low in may_be.items() if text not in self.known})
        self.known.update((text, match) for text, match in told.items() if len(text) <= SHORT)
        return [told[text] if text in told else self.known[text] if text in may_be else None for text in texts]

    def _match_new(self, texts: Mapping[str, str]) -> dict[str, Match | None]:
        """What furniture each of these lines is; to each line it is given casefolded."""
        told: dict[str, Match | None] = {}
        if not texts:
            return told
        has: dict[int, list[str]] = {}
        for number, word in self.needs.find("\n".join(texts.values())):
            has.setdefault(number, []).append(word)
        for number, (text, folded) in enumerate(zip(texts, _fold(texts.values()), strict=True)):
            if not folded:
                told[text] = None
            elif len(text) <= LONGEST_LINE and (found := self.lines.get(folded)):
                told[text] = found
            else:
                told[text] = self._by_start(text, folded) or self._by_pattern(text, has.get(number, ()))
        return told

    def _by_start(self, text: str, folded: str) -> Match | None:
        for key in (_key(folded), folded[:2]):
            if not folded.startswith(self.beginnings.get(key, ())):
                continue
            for start, found in self.starts[key]:
                if folded.startswith(start) and not _splits_word(folded, len(start)):
                    return replace(found, source=self._outlet(text, found.kind))
        return None

    def _by_pattern(self, text: str, has: Sequence[str]) -> Match | None:
        tried = {number for word in has for number in self.needing[word]}
        if self.any_pattern and self.any_pattern.match(text):
            tried.update(self.needing[""])
        for number in sorted(tried):
            pattern = self.patterns[number]
            if _compiled(pattern.text).match(text):
                return Match(pattern.kind, pattern.rule, self._outlet(text, pattern.kind))
        return None

    def _outlet(self, text: str, kind: str) -> str | None:
        """The outlet that a prompt or a copyright line of this kind names."""
        for pattern in self.patterns:
            if pattern.kind == kind and _NAMES_OUTLET in pattern.text and (hit := _compiled(pattern.text).match(text)):
                name = _NAME_END.sub("", hit["source"] or "").strip(" .,'\"“”")
                return name if name and fold(name) not in self.lines else None
        return None


def fold(text: str) -> str:
    """A line for looking up: casefolded, numbers as `#`, straight quotes, no bullets or closing punctuation."""
    return fold_lines([text])[0]


def fold_lines(texts: Sequence[str]) -> list[str]:
    """`fold` of many lines at once; none of them may be empty."""
    return _fold([" ".join(text.casefold().split()) for text in texts])


def _fold(lines: Iterable[str]) -> list[str]:
    """The beginnings of lines, in small letters and with single spaces, for looking up."""
    return _CLOSING.sub("", _fold_starts("\n".join(line[:LONGEST_LINE] for line in lines))).split("\n")


def _fold_starts(text: str) -> str:
    for curly, straight in _QUOTES:
        text = text.replace(curly, straight)
    return _OPENING.sub("", _NUMBER.sub("#", text))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def languages() -> list[str]:
    """The languages that have a phrase file, ISO 639-1."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def _splits_word(text: str, at: int) -> bool:
    """Whether `at` lies inside a word; in scripts without spaces no place does."""
    return (
        at < len(text)
        and len(WORD.findall(text[at - 1 : at + 1])) == 1
        and text[at - 1].isalnum()
        and text[at].isalnum()
    )


def _key(folded: str) -> str:
    word = WORD.match(folded)
    return word[0] if word else folded[:2]


@lru_cache
def load_phrases(language: str | None = None) -> Phrases:
    """The phrases for copy in `language` (ISO 639-1): lines and beginnings of all, patterns of it and English.

    Patterns cost most and cannot be looked up by their first word; without a language all of them count.
    """
    phrases = all_phrases()
    patterns = phrases.patterns
    if language is not None and any(pattern.rule.startswith(f"{language}:") for pattern in patterns):
        patterns = [pattern for pattern in patterns if pattern.rule.startswith((f"{language}:", "en:"))]
    # Compiling costs more than anything else here: each pattern by itself only when it is needed.  One alternation
    # answers most lines at once: none of them.
    together = "|".join(f"(?:{p.text.replace(_NAMES_OUTLET, '(?:')})" for p in patterns if not p.needs)
    any_pattern = re.compile(together, re.IGNORECASE) if together else None
    needing: dict[str, list[int]] = {}
    for number, pattern in enumerate(patterns):
        for word in pattern.needs or ("",):
            needing.setdefault(word, []).append(number)
    needs = Needles(filter(None, needing))
    return replace(phrases, patterns=patterns, any_pattern=any_pattern, needs=needs, needing=needing, known={})


@lru_cache(maxsize=1)
def all_phrases(folder: Path = FOLDER) -> Phrases:
    """All of `folder`'s `*.toml`, read strictly: an unknown kind or list is a `UsageError` naming the file."""
    phrases = Phrases()
    for path in sorted(folder.glob("*.toml")):
        _read(path, phrases)
    for key, starts in phrases.starts.items():
        starts.sort(key=lambda pair: -len(pair[0]))
        phrases.beginnings[key] = tuple(start for start, _ in starts)
    return phrases


def _read(path: Path, phrases: Phrases) -> None:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}") from error
    for kind, lists in tables.items():
        if kind not in KINDS or not isinstance(lists, dict) or lists.keys() - {"lines", "starts", "patterns"}:
            raise UsageError(f"{path}: [{kind}] must be a kind of removed piece with lines, starts or patterns")
        rule = f"{path.stem}:{kind}"
        for phrase in lists.get("lines", ()):
            folded = fold(phrase)
            phrases.lines.setdefault(folded, Match(kind, f"{rule}:{folded}", whole=True))
        for phrase in lists.get("starts", ()):
            folded = _fold_starts(phrase.casefold())
            # Scripts without spaces have no first word to look up by: two characters serve there.
            key = folded[:2] if WORD.findall(folded[:1] + "a") != [folded[:1] + "a"] else _key(folded)
            phrases.starts.setdefault(key, []).append((folded, Match(kind, f"{rule}:{folded}")))
        for number, pattern in enumerate(lists.get("patterns", ()), 1):
            name = f"{rule}:pattern {number}"
            if isinstance(pattern, str):
                phrases.patterns.append(Pattern(pattern, kind, name))
            elif pattern.keys() == {"needs", "pattern"}:
                phrases.patterns.append(Pattern(pattern["pattern"], kind, name, tuple(pattern["needs"])))
            else:
                raise UsageError(f"{path}: [{kind}] pattern {number} must be a string, or have needs and a pattern")
