"""Words that were divided at the ends of lines, as print divides them."""

import re

from tasks._trees import load_model

#: Lines end in parts of words where so many do, and such a share of all that seem to make a word that is known.
FEWEST_DIVIDED, SHARE_KNOWN = 3, 0.2
_DIVIDED = re.compile(r"\b([^\W\d_]+)-[ \t]*\r?\n[ \t]*((?=[a-zß-öø-ÿа-яё])[^\W\d_]+)(\S*)[ \t]*\r?\n?")
_HYPHENATED = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
#: `Bundes- und Landesbahnen`
# fmt: off
_BEHIND_HYPHEN = frozenset((
    "and", "or", "to", "und", "oder", "bis", "sowie", "bzw", "beziehungsweise", "wie", "als", "en", "of", "tot",
    "dan", "och", "samt", "eller", "og", "et", "ou", "y", "o", "e", "i", "a", "lub", "и", "или",
))
# fmt: on
_END_OF_LINE = re.compile(rf"(?<=\w)-\n(?!(?:{'|'.join(sorted(_BEHIND_HYPHEN))})\b)(?=[^\W\d_])")


def join_at_hyphens(text: str) -> str:
    """The text with lines that end within a compound (`long-`, `term`) joined there."""
    return _END_OF_LINE.sub("-", text)


def without_hyphens(text: str) -> str:
    """The text with words that were divided at the ends of lines whole, where so many are known words then."""
    divided = [found for found in _DIVIDED.finditer(text) if found[2] not in _BEHIND_HYPHEN]
    if len(divided) < FEWEST_DIVIDED:
        return text
    own, learned = set(_HYPHENATED.findall(text.casefold())), load_model().rarity

    def is_known(word: str) -> bool:
        return (word := word.casefold()) in own or word in learned

    told = sum(is_known(found[1] + found[2]) for found in divided)
    if told < max(FEWEST_DIVIDED, SHARE_KNOWN * len(divided)):
        return text

    def whole(found: re.Match[str]) -> str:
        first, second, rest = found.groups()
        if second in _BEHIND_HYPHEN:
            return found[0]
        if is_known(first + second):
            return f"{first}{second}{rest}\n"
        if f"{first}-{second}".casefold() in own:
            return f"{first}-{second}{rest}\n"
        # `long-term`, `Kyiv-based`, `US-amerikanisch`
        is_compound = second in learned and (first.casefold() in learned or first[0].isupper())
        return found[0] if is_compound or (len(first) > 1 and first.isupper()) else f"{first}{second}{rest}\n"

    return _DIVIDED.sub(whole, text)
