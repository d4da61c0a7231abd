"""The lines of a plain-text document and what can be seen of each by itself."""

import heapq
import re
from dataclasses import dataclass
from functools import lru_cache

from tasks._dates import TimestampLine, read_timestamp_line
from tasks._language import detect_language
from tasks._phrases import Match, all_phrases, load_phrases
from tasks._text import WORD, clean_line

_BREAK = re.compile(r"\r\n|\r|\n")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_STOP = re.compile("[.!?…。！？।؟۔]['\"”’»“)\\]』」]*$")
_BULLET = re.compile(r"^[•◦▪‣·*–-]\s+")

#: Lines up to this long are menus and prompts, the same in every document of an outlet: worth remembering.
SHORT = 60
LINES_FOR_LANGUAGE = 3


@dataclass(slots=True)
class Line:
    """One non-blank line.

    `number`: 1-based.  `offset`: characters of white space before `raw`.  `raw`: as it stands, without white space at
    the ends.  `text`: the same, cleaned.  `words`: word count, where two characters of an unspaced script make a
    word, as prose in such scripts has about that.  `stops`: ends as a sentence does.  `bullet`: begins with one.
    `match`: the furniture phrase it is.  `stamp`: the times it gives when it is a timestamp line.
    `kind`, `rule`, `confidence`: what it was taken for; `kind` is empty until that is decided.
    `cut`: where in `raw` a credit at the end begins, and that credit without brackets.
    """

    number: int
    offset: int
    raw: str
    text: str
    words: float
    stops: bool
    bullet: bool
    match: Match | None
    stamp: TimestampLine | None
    kind: str = ""
    rule: str = ""
    confidence: float = 1.0
    cut: tuple[int, str] | None = None

    def take(self, kind: str, rule: str, confidence: float = 1.0) -> None:
        """Decide what the line is."""
        self.kind, self.rule, self.confidence = kind, rule, confidence

    @property
    def is_sentence(self) -> bool:
        """Reads like prose: ends as a sentence does and is as long as one."""
        return self.stops and self.words >= 8


@lru_cache(maxsize=1 << 14)
def _look_up(language: str | None, text: str, words: int) -> Match | None:
    return load_phrases(language).match(text, words)


@lru_cache(maxsize=1 << 14)
def _read_stamp(text: str) -> TimestampLine | None:
    return read_timestamp_line(text)


def _language(text: str) -> str | None:
    """The language of the longest lines, None when they are not sure."""
    longest = heapq.nlargest(LINES_FOR_LANGUAGE, _BREAK.split(text), key=len)
    found, is_sure = detect_language(" ".join(line[:150] for line in longest))
    return found if is_sure else None


def read_lines(text: str) -> list[Line]:
    """The non-blank lines of `text`, looked at one by one."""
    all_phrases()  # the language detector is loading in the background; this takes as long
    language = _language(text)
    phrases = load_phrases(language)
    lines = []
    for number, full in enumerate(_BREAK.split(text), 1):
        raw = full.strip()
        clean = clean_line(raw)
        if not raw:
            continue
        words = float(len(WORD.findall(clean)))
        if unspaced := len(_UNSPACED.findall(clean)):
            words -= unspaced / 2
        lines.append(
            Line(
                number=number,
                offset=len(full) - len(full.lstrip()),
                raw=raw,
                text=clean,
                words=words,
                stops=bool(_STOP.search(clean)),
                bullet=bool(_BULLET.match(clean)),
                match=_look_up(language, clean, int(words))
                if len(clean) <= SHORT
                else phrases.match(clean, int(words)),
                stamp=read_timestamp_line(clean) if len(clean) > SHORT else _read_stamp(clean),
            )
        )
    return lines
