"""What an outlet changed between two versions of an article: fields, paragraphs, words, figures."""

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import takewhile

from schemas.comparison import FieldChange, Figure, ParagraphChange, Revision, Version, Word
from tasks._text import folded_words

#: difflib takes the square of what it is given, at worst: what is longer or has more equal pairs is not aligned.
MOST_ALIGNED, MOST_PAIRS = 4000, 400_000
#: A paragraph is the one before, edited, when half of the words of the longer one are in both.
SAME_PARAGRAPH = 0.5
#: Of the paragraphs that took the place of others, each looks for its former self among so many.
_LOOK_AHEAD = 8
_TOKENS = re.compile(r"\s+|\d+(?:[.,:]\d+)*|[^\W\d]+(?:['’-][^\W\d]+)*|[^\w\s]|\w")
_DIGIT = re.compile(r"\d")

_Opcode = tuple[str, int, int, int, int]


def compare_versions(before: Version, after: Version) -> Revision:
    """What changed between two versions of an article, of which one came after the other."""
    fields = (
        ("title", before.title, after.title),
        ("standfirst", before.standfirst, after.standfirst),
        ("authors", ", ".join(before.authors) or None, ", ".join(after.authors) or None),
    )
    changed = tuple(
        FieldChange(name, one, other, tuple(compare_words(one or "", other or "")))
        for name, one, other in fields
        if one != other
    )
    paragraphs = tuple(compare_paragraphs(before.body, after.body))
    figures = [
        figure
        for part in (*changed, *paragraphs)
        if part.before is not None and part.after is not None
        for figure in changed_figures(part.words)
    ]
    return Revision(after.version, after.valid_from, changed, paragraphs, tuple(dict.fromkeys(figures)))


def compare_paragraphs(before: str, after: str) -> list[ParagraphChange]:
    """The paragraphs that differ in their words, in order; those that were only typeset anew do not."""
    one, other = before.split("\n\n") if before else [], after.split("\n\n") if after else []
    folded = [[" ".join(folded_words(text)) for text in texts] for texts in (one, other)]
    out: list[ParagraphChange] = []
    for what, i1, i2, j1, j2 in align(*folded):
        if what == "equal":
            continue
        unmatched = list(range(i1, i2))
        for j in range(j1, j2):
            near = unmatched[:_LOOK_AHEAD]
            at = next((n for n, i in enumerate(near) if _is_same_paragraph(folded[0][i], folded[1][j])), None)
            if at is None:
                out.append(ParagraphChange(j + 1, None, other[j], (Word("+", other[j]),)))
                continue
            out += [_removed(one[i], j) for i in unmatched[:at]]
            i = unmatched[at]
            out.append(ParagraphChange(j + 1, one[i], other[j], tuple(compare_words(one[i], other[j]))))
            unmatched = unmatched[at + 1 :]
        out += [_removed(one[i], j2) for i in unmatched]
    return out


def compare_words(before: str, after: str) -> list[Word]:
    """Two texts as one, with the words that only one of them has."""
    one, other = _TOKENS.findall(before), _TOKENS.findall(after)
    out: list[Word] = []
    for what, i1, i2, j1, j2 in align(one, other):
        if what == "equal":
            out.append(Word("", "".join(one[i1:i2])))
            continue
        if i2 > i1:
            out.append(Word("-", "".join(one[i1:i2])))
        if j2 > j1:
            out.append(Word("+", "".join(other[j1:j2])))
    return _joined(out)


def changed_figures(words: Sequence[Word]) -> list[Figure]:
    """The numbers that others took the place of; also one for a word (`nine`, `12`), or the other way round."""
    out: list[Figure] = []
    for n in range(len(words) - 1):
        removed, added = words[n], words[n + 1]
        if (removed.sign, added.sign) != ("-", "+"):
            continue
        rest = "".join(word.text for word in takewhile(lambda word: not word.sign, words[n + 2 : n + 3]))
        one, other = ([t for t in _TOKENS.findall(part.text) if not t.isspace()] for part in (removed, added))
        numbers = [[place for place, token in enumerate(part) if _DIGIT.search(token)] for part in (one, other)]
        if len(numbers[0]) == len(numbers[1]) > 0:
            pairs = list(zip(*numbers, strict=True))
        elif len(one) == len(other) == 1 and (numbers[0] or numbers[1]) and one[0].isalnum() and other[0].isalnum():
            pairs = [(0, 0)]
        else:
            continue
        for i, j in pairs:
            if one[i] != other[j]:
                out.append(Figure(_with_unit(one, i, rest), _with_unit(other, j, rest)))
    return out


def align(one: Sequence[str], other: Sequence[str]) -> list[_Opcode]:
    """Difflib's opcodes, in bounded time: what is too long or too much the same is one replacement.

    What both begin or end with is never part of that.
    """
    shorter = min(len(one), len(other))
    head = next((n for n in range(shorter) if one[n] != other[n]), shorter)
    tail = next((n for n in range(shorter - head) if one[-1 - n] != other[-1 - n]), shorter - head)
    mine, theirs = one[head : len(one) - tail], other[head : len(other) - tail]
    counts = Counter(theirs)
    pairs = sum(counts[element] for element in mine)
    out: list[_Opcode] = [("equal", 0, head, 0, head)] if head else []
    if max(len(mine), len(theirs)) <= MOST_ALIGNED and pairs <= MOST_PAIRS:
        opcodes = SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes()
        out += [(what, i1 + head, i2 + head, j1 + head, j2 + head) for what, i1, i2, j1, j2 in opcodes]
    elif mine or theirs:
        what = "replace" if mine and theirs else "delete" if mine else "insert"
        out.append((what, head, len(one) - tail, head, len(other) - tail))
    if tail:
        out.append(("equal", len(one) - tail, len(one), len(other) - tail, len(other)))
    return out


def _is_same_paragraph(one: str, other: str) -> bool:
    mine, theirs = Counter(one.split()), Counter(other.split())
    return (mine & theirs).total() >= SAME_PARAGRAPH * max(mine.total(), theirs.total(), 1)


def _removed(text: str, before: int) -> ParagraphChange:
    return ParagraphChange(before + 1, text, None, (Word("-", text),))


def _joined(words: Sequence[Word]) -> list[Word]:
    """Changes with nothing but a space between them as one: `-12 March +3 April`, not four of them."""
    out: list[Word] = []
    for n, word in enumerate(words):
        is_gap = not word.sign and word.text.isspace() and 0 < n < len(words) - 1
        texts = {"-": word.text, "+": word.text} if is_gap else {word.sign: word.text}
        for sign, text in texts.items():
            back = 2 if len(out) > 1 and sign == "-" and out[-1].sign == "+" and out[-2].sign == "-" else 1
            if sign and len(out) >= back and out[-back].sign == sign:
                out[-back] = Word(sign, out[-back].text + text)
            else:
                out.append(Word(sign, text))
    return out


def _with_unit(tokens: Sequence[str], place: int, rest: str) -> str:
    """The number at that place with the word or per cent sign behind it, which may stand in what follows."""
    behind = [*tokens[place + 1 : place + 2], *(token for token in _TOKENS.findall(rest[:80]) if not token.isspace())]
    unit = behind[0] if behind and (behind[0][0].isalpha() or behind[0] == "%") else ""
    return f"{tokens[place]}{'' if unit in ('', '%') else ' '}{unit}"
