"""Plain text that was written down for a machine: `\\n` for a line break, `&amp;` for a sign, Markdown, quoted mail.

Exports of databases, feeds that were escaped once too often, scrapers that write Markdown and forwarded mail hold copy
in such forms.  It is read as what it means before its lines are looked at, and says so (`markup_undone`): the words
stay, line by line; signs, the addresses of links, and what is written for want of a picture do not.
"""

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from schemas.outcome import Refusal
from tasks._encoding import Decoded, decode
from tasks._trees import load_model

if TYPE_CHECKING:
    from markdown_it.token import Token

FLAG = "markup_undone"
#: `\\n` stands for a line break where there are so many of them, twice as many as real ones, one behind the end of a
#: sentence: a path (`C:\\news`) and a formula (`\\nu`) have other neighbours.
FEWEST_BREAKS = 3
#: Mail is quoted where so many lines begin with `>`, and such a share of all.
FEWEST_QUOTED, SHARE_QUOTED = 5, 0.8
#: Lines end in parts of words where so many do, and such a share of all that seem to make a word that is known.
FEWEST_DIVIDED, SHARE_KNOWN = 3, 0.2
#: What was escaped twice is undone twice.
TIMES_ESCAPED = 2
#: So many links, headings or words in bold make Markdown.
FEWEST_LINKS, FEWEST_HEADINGS, FEWEST_BOLD = 3, 2, 3
LONGEST_LINK = 1_000
#: Markdown is wrapped where hardly a line is longer than this.
WIDEST_WRAPPED, MOST_WIDER = 100, 0.02
#: A longer text, or one of more brackets, is not taken for Markdown: it is parsed as a whole, and brackets that nobody
#: closes cost up to .1 ms each.
LONGEST_MARKDOWN, MOST_BRACKETS = 1_000_000, 20_000
#: Nor anything of a text in which lists or quotations stand in each other so deep.
DEEPEST = 60
_LINK = re.compile(r"\]\(<?(?:https?://|/|#|mailto:)")
#: With one `#` a tag or a comment in code begins, too: such a heading stands between blank lines.
_HEADING = re.compile(r"^##{1,5} +\S|(?:\A|(?<=\n\n))# +\S.*(?:\Z|\n\n)", re.M)
_BOLD = re.compile(r"\*\*[^\s*][^*\n]{0,200}\*\*")
_ADDRESS = re.compile(r"\S{30,}")
_TAG = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|br|center|code|del|details|div|em|figure|figcaption|font|h[1-6]|hr|i|iframe|img|ins|li|"
    r"mark|ol|p|picture|pre|s|small|source|span|strong|su[bp]|summary|table|tbody|td|tfoot|th|thead|tr|u|ul|video)\b"
    r"[^<>]{0,2000}>|<!--.{0,2000}?-->",
    re.I | re.S,
)
_DIVIDED = re.compile(r"\b([^\W\d_]+)-[ \t]*\r?\n[ \t]*((?=[a-zß-öø-ÿа-яё])[^\W\d_]+)(\S*)[ \t]*\r?\n?")
_HYPHENATED = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
#: `Bundes- und Landesbahnen`
_BEHIND_HYPHEN = frozenset(
    (
        "and",
        "or",
        "to",
        "und",
        "oder",
        "bis",
        "sowie",
        "en",
        "of",
        "och",
        "eller",
        "og",
        "et",
        "ou",
        "y",
        "o",
        "e",
        "i",
        "a",
    )
)
_LINE_END = re.compile(r"<(?:br|/p|/div|/li|/h[1-6])\b", re.I)
_BREAK = re.compile(r"\\r\\n|\\n|\\r")
_SENTENCE_BREAK = re.compile(r"(?:[.!?…。！？؟।]|\\u(?:3002|ff01|ff1f|0964|061f|06d4|201[cd]))[\"'”’»)\\]*(?:\\r|\\n)")
_SMALL_BEHIND = re.compile(r"\\n[a-z]")
_ESCAPE = re.compile(r"(?:\\u[0-9a-fA-F]{4})+|\\[nrtbfv\"'/\\]")
_MEANT = {"n": "\n", "r": "\r", "t": "\t", "b": "", "f": "\f", "v": "\v"}
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,23});")
_QUOTE = re.compile(r"^[ \t]*(?:>[ \t]?)+", re.M)


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
    if _is_markdown(text):
        return _without_markdown(text)
    if "&" in text and _ENTITY.search(text):
        text = _without_entities(text)
    if ">" in text and _is_quoted(text):
        text = _QUOTE.sub("", text)
    return _without_hyphens(text) if "-\n" in text or "-\r" in text else text


def _is_escaped(text: str) -> bool:
    breaks = len(_BREAK.findall(text))
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
    from ftfy.fixes import unescape_html  # slow to load, and seldom needed

    # A line with a real `<` is markup, or tells of it: there entities are meant.
    lines = text.split("\n")
    return "\n".join(unescape_html(line) if "&" in line and "<" not in line else line for line in lines)


def _is_quoted(text: str) -> bool:
    quoted = len(_QUOTE.findall(text))
    return quoted >= FEWEST_QUOTED and quoted >= SHARE_QUOTED * sum(1 for line in text.splitlines() if line.strip())


def _without_hyphens(text: str) -> str:
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
        are_words = first.casefold() in learned and second in learned
        return found[0] if are_words else f"{first}{second}{rest}\n"

    return _DIVIDED.sub(whole, text)


def _is_markdown(text: str) -> bool:
    if len(text) > LONGEST_MARKDOWN or text.count("[") > MOST_BRACKETS:
        return False
    if "](" in text and len(_LINK.findall(text)) >= FEWEST_LINKS:
        return True
    if "# " in text and len(_HEADING.findall(text.replace("\r\n", "\n"))) >= FEWEST_HEADINGS:
        return True
    return "**" in text and len(_BOLD.findall(text)) >= FEWEST_BOLD


def _without_markdown(text: str) -> str:
    """The words of Markdown, a paragraph, heading, item or row of a table on lines of their own."""
    from markdown_it import MarkdownIt  # seldom needed

    text = _with_whole_links(text)
    # Lines of a paragraph are one, where they were wrapped; else each may be a line of the page.
    lines = _ADDRESS.sub("", text).splitlines()
    is_wrapped = sum(len(line) > WIDEST_WRAPPED for line in lines) < MOST_WIDER * len(lines)
    blocks: list[str] = []
    bullet, cells = "", None
    tokens = MarkdownIt("commonmark", {"maxNesting": DEEPEST, "html": False}).enable("table").parse(text)
    if any(token.level >= DEEPEST - 2 for token in tokens):  # what stands deeper is left out
        return text
    for token in tokens:
        if token.type == "list_item_open":
            bullet = f"{token.info}{token.markup} " if token.info else "• "
        elif token.type == "tr_open":
            cells = []
        elif token.type == "tr_close" and cells is not None:
            blocks.append(" | ".join(cells))
            cells = None
        elif token.type == "inline":
            words = "".join(map(_words_of, token.children or ()))
            words = _untagged(words.replace("\n", " ") if is_wrapped else words)
            words, bullet = bullet + words, ""
            (blocks if cells is None else cells).append(words)
        elif token.content:  # code
            blocks.append(token.content)
    return "\n\n".join(blocks)


def _with_whole_links(text: str) -> str:
    """The text with each link on one line: wrapped in a heading, or within its address, it would be none."""
    lines: list[str] = []
    for line in text.split("\n"):
        end = lines[-1][-LONGEST_LINK:] if lines and line and not line.isspace() else ""
        if end.rfind("[") > end.rfind("]"):
            lines[-1] += " " + line
        elif (at := end.rfind("](")) >= 0 and ")" not in end[at:]:
            lines[-1] += line if end.endswith("-") else " " + line
        else:
            lines.append(line)
    return "\n".join(lines)


def _words_of(token: "Token") -> str:
    if token.type in ("softbreak", "hardbreak"):
        return "\n"
    if token.type == "image":  # what it says instead of the picture is not seen on the page
        return ""
    return token.content


def _untagged(text: str) -> str:
    return _TAG.sub(lambda tag: "\n" if _LINE_END.match(tag[0]) else "", text)
