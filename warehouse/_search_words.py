"""Words as `copydesk search` compares them, what a person typed as a `Wanted`, and the passage that shows a find.

The same folding goes over copy and over what was typed: small letters, no accents, no punctuation.  Scripts that put no
spaces between words (Chinese, Japanese, Thai, ...) are cut into pairs of letters, and so is Korean, whose particles
cling to words: a word of such a script is found wherever its letters stand in a row.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from schemas.errors import UsageError

#: Letters of scripts without spaces, and Hangul, as the inside of a character class.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN = re.compile(f"[{_UNSPACED}]+")
#: Signs above and below letters of Latin, Greek, Cyrillic, Hebrew and Arabic; those of other scripts tell words apart.
_ACCENTS = re.compile(
    "[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff]"
)
#: Letters that Unicode does not take apart.
_SPECIAL = {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"}
#: What may be typed: a phrase (with a minus or a star), a bracket, or a word.
_TYPED = re.compile(r'-?["“”„«»]([^"“”„«»]*)(?:["“”„«»](\*?)|$)|[()]|[^\s()"“”„«»]+')
_SNIPPET = 240
#: Longer tokens are no words, and the engine takes none of more than 65,530 bytes.
_LONGEST = 100
#: What is typed may be so long: nobody types more, and brackets in brackets cost a call each.
_LONGEST_TYPED = 500


class _Fold(dict[int, str]):
    """What a character becomes; worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        letters = _ACCENTS.sub("", unicodedata.normalize("NFKD", chr(code)).casefold())
        kept = "".join(_SPECIAL.get(c) or _folded(c) for c in letters)
        self[code] = unicodedata.normalize("NFC", kept)
        return self[code]


def _folded(letter: str) -> str:
    category = unicodedata.category(letter)
    if category[0] in "LNM":
        return letter
    return "" if category == "Cf" else " "  # soft hyphens, joiners and marks of direction stand inside of words


_FOLD = _Fold()
_FOLD_ASCII = "".join(_FOLD[code] for code in range(128)).encode()


def fold(text: str) -> str:
    """Copy as words with spaces between; scripts without spaces still in a row."""
    if text.isascii():
        return text.encode().translate(_FOLD_ASCII + bytes(range(128, 256))).decode()
    return text.translate(_FOLD)


def index_words(text: str) -> str:
    """Copy as the tokens that are indexed, with spaces between."""
    folded = fold(text)
    if not folded.isascii():
        folded = _RUN.sub(lambda run: " " + " ".join(run[0][i : i + 2] for i in range(len(run[0]))) + " ", folded)
    if len(folded) > _LONGEST and max(map(len, tokens := folded.split())) > _LONGEST:
        return " ".join(token[:_LONGEST] for token in tokens)
    return folded


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens with their places; `is_prefix`: the last one may go on.  `plain`: the folded words, uncut."""

    tokens: tuple[tuple[int, str], ...]
    plain: str
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an article must have: each of `all_of` (and of those in `any_of`, one each), and nothing of `none_of`."""

    all_of: tuple["Phrase | Wanted | AnyOf", ...]
    none_of: tuple["Phrase | Wanted | AnyOf", ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of these is enough."""

    parts: tuple["Phrase | Wanted | AnyOf", ...]


Part = Phrase | Wanted | AnyOf


def read_wanted(typed: str) -> Wanted:
    """What a person typed: words (all of them), "phrases", beginnings*, OR between two, NOT or - before one, brackets.

    UsageError when nothing is left to look for.
    """
    if len(typed) > _LONGEST_TYPED:
        raise UsageError(f"{len(typed):,} characters to look for are too many: at most {_LONGEST_TYPED}")
    items = [(found[0], found[1], found[2]) for found in _TYPED.finditer(typed)]
    wanted = _group(iter(items))
    if not wanted.all_of:
        told = "words to find beside those to leave out" if wanted.none_of else "a word to find"
        raise UsageError(f"there is nothing to look for in {typed!r}: name {told}")
    return wanted


def _group(items: Iterator[tuple[str, str | None, str | None]]) -> Wanted:
    """Up to the closing bracket."""
    have: list[Part] = []
    without: list[Part] = []
    joins = negates = False
    for text, phrase, star in items:
        if text == ")":
            break
        if phrase is None and text in ("OR", "|", "AND", "NOT", "-"):
            joins = text in ("OR", "|") and bool(have)
            negates = text in ("NOT", "-")
            continue
        is_negated = negates or (text.startswith("-") and len(text) > 1)
        part = _group(items) if text == "(" else _phrase(text.lstrip("-") if phrase is None else phrase, star)
        if isinstance(part, Wanted) and not part.all_of:
            part = None
        if part is not None:
            if is_negated:
                without.append(part)
            elif joins:
                before = have.pop()
                have.append(AnyOf((*(before.parts if isinstance(before, AnyOf) else (before,)), part)))
            else:
                have.append(part)
        joins = negates = False
    return Wanted(tuple(have), tuple(without))


def _phrase(text: str, star: str | None) -> Phrase | None:
    plain = " ".join(fold(text).split())
    tokens = index_words(text).split()
    # The last letter of a run stands alone in the index; in a query only where the run is one letter, as a beginning.
    kept = [
        (i, t) for i, t in enumerate(tokens)
        if not (i and len(t) == 1 and _RUN.match(t) and len(tokens[i - 1]) == 2 and tokens[i - 1][-1] == t)
    ]  # fmt: skip
    is_single = bool(kept) and len(kept[-1][1]) == 1 and bool(_RUN.match(kept[-1][1]))
    return Phrase(tuple(kept), plain, is_single or bool(star) or text.endswith("*")) if kept else None


def phrases(part: Part) -> Iterator[Phrase]:
    """What is to be shown of it: every phrase that is looked for."""
    if isinstance(part, Phrase):
        yield part
    else:
        for each in part.parts if isinstance(part, AnyOf) else part.all_of:
            yield from phrases(each)


def find_marks(text: str, wanted: Sequence[Phrase]) -> list[tuple[int, int, int]]:
    """Where the phrases stand: begin and end (characters of `text`) and which, in order, none across another."""
    folded, places = [], []
    for place, letter in enumerate(text):
        new = _FOLD[ord(letter)]
        folded.append(new)
        places += [place] * len(new)
    line, found = "".join(folded), []
    places.append(len(text))
    for which, phrase in enumerate(wanted):
        for match in _pattern(phrase).finditer(line):
            found.append((places[match.start()], places[match.end() - 1] + 1, which))
    found.sort(key=lambda mark: (mark[0], -mark[1]))
    kept: list[tuple[int, int, int]] = []
    for mark in found:
        if not kept or mark[0] >= kept[-1][1]:
            kept.append(mark)
    return kept


def _pattern(phrase: Phrase) -> re.Pattern[str]:
    words = r"\s+".join(re.escape(word) for word in phrase.plain.split())
    before = "" if _RUN.match(phrase.plain[0]) else rf"(?<![^\s{_UNSPACED}])"
    after = "" if phrase.is_prefix or _RUN.match(phrase.plain[-1]) else rf"(?![^\s{_UNSPACED}])"
    more = rf"[^\s{_UNSPACED}]*" if phrase.is_prefix and not _RUN.match(phrase.plain[-1]) else ""
    return re.compile(before + words + more + after)


def snippet(text: str, wanted: Sequence[Phrase]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The passage of at most 240 characters with the most of the phrases, in one line, and where they stand in it."""
    marks = find_marks(text, wanted)
    best, begin = (0, 0), 0
    first = 0
    for last, mark in enumerate(marks):
        while mark[1] - marks[first][0] > _SNIPPET * 3 // 4 and first < last:
            first += 1
        inside = marks[first : last + 1]
        if (score := (len({which for _, _, which in inside}), len(inside))) > best:
            best, begin = score, marks[first][0]
    begin = _word_begin(text, max(0, min(begin - _SNIPPET // 6, len(text) - _SNIPPET)))
    end = begin + _SNIPPET
    if end < len(text) and (space := text.rfind(" ", begin + _SNIPPET // 2, end)) > 0:
        end = space
    inside = [(b, e) for b, e, _ in marks if b >= begin and e <= end]
    out, told, place = "… " if begin else "", [], begin
    for b, e in inside:
        out += _one_line(text[place:b])
        told.append((len(out), len(out) + len(shown := _one_line(text[b:e]))))
        out += shown
        place = e
    out += _one_line(text[place:end]).rstrip() + (" …" if end < len(text.rstrip()) else "")
    return out, tuple(told)


def _word_begin(text: str, place: int) -> int:
    space = text.find(" ", place, place + 30) if place else -1
    return space + 1 if space >= 0 else place


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)
