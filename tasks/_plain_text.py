"""Plain text that was written down for a machine: `\\n` for a line break, `&amp;` for a sign, Markdown, quoted mail.

Exports of databases, feeds that were escaped once too often, scrapers that write Markdown and forwarded mail hold copy
in such forms.  It is read as what it means before its lines are looked at, and says so (`markup_undone`): the words
stay, line by line; signs, the addresses of links, and what is written for want of a picture do not.
"""

import html
import json
import re
from dataclasses import replace

from schemas.outcome import Refusal
from tasks._encoding import Decoded, decode
from tasks._hyphens import without_hyphens
from tasks._markdown import is_markdown, without_markdown

FLAG = "markup_undone"
#: `\\n` stands for a line break where there are so many of them, twice as many as real ones, one behind the end of a
#: sentence: a path (`C:\\news`) and a formula (`\\nu`) have other neighbours.
FEWEST_BREAKS = 3
#: Mail is quoted where so many lines begin with `>`, and such a share of all.
FEWEST_QUOTED, SHARE_QUOTED = 5, 0.8
#: What was escaped twice is undone twice.
TIMES_ESCAPED = 2
_ESCAPED_BREAK = re.compile(r"\\r\\n|\\n|\\r")
_SENTENCE_BREAK = re.compile(r"(?:[.!?…。！？؟।]|\\u(?:3002|ff01|ff1f|0964|061f|06d4|201[cd]))[\"'”’»)\\]*(?:\\r|\\n)")
#: A small letter, or the end of a string in code.
_SMALL_BEHIND = re.compile(r"\\[nr](?:[a-z]|\"\s?[,.;)\w])")
_ESCAPE = re.compile(r"(?:\\u[0-9a-fA-F]{4})+|\\[nrtbfv\"'/\\]")
_MEANT = {"n": "\n", "r": "\r", "t": "\t", "b": "", "f": "\f", "v": "\v"}
#: Of names those that copy is escaped with: `&num;` and `&sum;` are code.
_ENTITY = re.compile(
    r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|amp|lt|gt|quot|apos|nbsp|e[nm]sp|thinsp|[nm]dash|hellip|bull|middot|[lrs]s?quo|"
    r"[lrb]dquo|sbquo|[lr]s?aquo|euro|pound|yen|cent|copy|reg|trade|deg|sect|para|shy|times|frac(?:12|14|34)|ord[fm]|iexcl|"
    r"iquest|szlig|(?:ae|AE|oe|OE)lig|eth|ETH|thorn|THORN|[A-Za-z](?:grave|acute|circ|tilde|uml|ring|cedil|caron|slash));"
)
_QUOTE = re.compile(r"^[ \t]*(?:>(?!\d)[ \t]?)+", re.M)  # `>100 mg` is an amount


def read_text(content: bytes, charset: str | None = None) -> Decoded | Refusal:
    """The text of plain-text copy, as `decode` gives it, with its markup undone."""
    decoded = decode(content, charset)
    if isinstance(decoded, Refusal):
        return decoded
    text = undo_markup(decoded.text)
    return decoded if text == decoded.text else replace(decoded, text=text, flags=(*decoded.flags, FLAG))


def undo_markup(text: str) -> str:
    """The text as it was before it was escaped, marked up or quoted; most copy as it is."""
    for _ in range(TIMES_ESCAPED):
        if "\\" in text and (whole := _as_string(text)):
            text = whole
        elif "\\" in text and _is_escaped(text):
            text = _ESCAPE.sub(_character, text)
    if is_markdown(text):
        return without_markdown(text)
    if "&" in text and _ENTITY.search(text):
        text = _without_entities(text)
    if ">" in text and _is_quoted(text):
        text = _QUOTE.sub("", text)
    return without_hyphens(text) if "-\n" in text or "-\r" in text else text


def _is_escaped(text: str) -> bool:
    breaks = len(_ESCAPED_BREAK.findall(text))
    if breaks < FEWEST_BREAKS or breaks < 2 * len(text.strip().splitlines()):
        return False
    return _SENTENCE_BREAK.search(text) is not None and 2 * len(_SMALL_BEHIND.findall(text)) <= breaks


def _as_string(text: str) -> str | None:
    """The text of a string of JSON, None where it is none."""
    if text.lstrip()[:1] != '"':
        return None
    try:
        told = json.loads(text)
    except ValueError:
        return None
    return _with_whole_characters(told) if isinstance(told, str) else None


def _character(found: re.Match[str]) -> str:
    told = found[0]
    if told.startswith("\\u"):
        return _with_whole_characters("".join(chr(int(code, 16)) for code in told.split("\\u")[1:]))
    return _MEANT.get(told[1], told[1])


def _with_whole_characters(text: str) -> str:
    """The text with pairs of surrogates as one character each, and half a pair as a sign that something is lost."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _without_entities(text: str) -> str:
    # A line with a real `<` is markup, or tells of it: there entities are meant.
    lines = text.split("\n")
    for _ in range(TIMES_ESCAPED):
        lines = [_ENTITY.sub(_named, line) if "&" in line and "<" not in line else line for line in lines]
    return _with_whole_characters("\n".join(lines))


def _named(found: re.Match[str]) -> str:
    number = int(found[1]) if found[1] else int(found[2], 16) if found[2] else 0
    return chr(number) if 0xD800 <= number < 0xE000 else html.unescape(found[0])  # half of a character


def _is_quoted(text: str) -> bool:
    quoted = len(_QUOTE.findall(text))
    return quoted >= FEWEST_QUOTED and quoted >= SHARE_QUOTED * sum(1 for line in text.splitlines() if line.strip())
