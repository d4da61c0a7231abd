"""Plain text that was written down for a machine: `\\n` for a line break, `&amp;` for a sign, Markdown, quoted mail.

Exports of databases, feeds that were escaped once too often, scrapers that write Markdown and forwarded mail hold copy
in such forms.  It is read as what it means before its lines are looked at, and says so (`markup_undone`): the words
stay, line by line; signs, the addresses of links, and what is written for want of a picture do not.
"""

import html
import json
import re
from collections.abc import Sequence
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
#: So many links or headings make Markdown; stars do not (`f**k`, `a**2 + b**2`).
FEWEST_LINKS, FEWEST_HEADINGS = 3, 2
LONGEST_LINK, LONGEST_UNWRAPPED = 1_000, 4_000
#: Markdown is wrapped where hardly a line is longer than this.
WIDEST_WRAPPED, MOST_WIDER = 100, 0.02
#: A longer text, or one of more brackets, is not taken for Markdown: it is parsed as a whole, and brackets that nobody
#: closes cost up to .1 ms each.
LONGEST_MARKDOWN, MOST_BRACKETS = 400_000, 20_000
#: Nor anything of a text in which lists or quotations stand in each other so deep.
DEEPEST = 60
_LINK = re.compile(r"\]\(<?(?:https?://|/|#|mailto:)")
#: Between blank lines: elsewhere tags, ranks, and comments in code begin with `#`.
_HEADING = re.compile(r"(?:\A|(?<=\n\n))#{1,6} +\S.*(?=\Z|\n\n)", re.M)
_ADDRESS = re.compile(r"\S{30,}")
_TAG_NAMES = (
    "a|abbr|b|big|blockquote|br|center|code|del|details|div|em|figure|figcaption|font|h[1-6]|hr|i|iframe|img|ins|li|mark|"
    "ol|p|picture|pre|s|small|source|span|strong|sub|summary|sup|table|tbody|td|tfoot|th|thead|tr|u|ul|video"
)
#: Bare or with attributes: `<b and c>` is none.  In small letters or all capitals: `<Mark>` says something in a chat.
_TAG = re.compile(
    rf"</?(?:{_TAG_NAMES}|{_TAG_NAMES.upper()})(?:\s+[\w-]+=[^<>]{{0,2000}})?\s*/?>|<!--.{{0,2000}}?-->", re.S
)
_INLINE_TAG = re.compile(r"</?(?:a|abbr|b|big|code|del|em|font|i|ins|mark|s|small|span|strong|u)\b|<!", re.I)
_CELL_TAG = re.compile(r"</?(?:td|th|su[bp])\b", re.I)
#: Marks of emphasis at the edges of words; a star within one (`Leser*innen`) is meant.
_EMPHASIS = re.compile(
    r"(?<!\w)(?:\*{1,3}|_{1,3})(?=[\w\"“„‘'«(\[¿¡])|(?<=[\w.,;:!?…\"”’'»)\]%])(?:\*{1,3}|_{1,3})(?!\w)"
)
#: What is code or was escaped is meant as it stands.
_MEANT_SO = str.maketrans("<*_", "\ue000\ue001\ue002")
_AS_MEANT = str.maketrans("\ue000\ue001\ue002", "<*_")
#: `[Merkel]: No.` and `[^1]: Reuters` say something; `[1]: https://...` is an address.
_SAID_BY = re.compile(r"^( {0,3})\[(?=\^|[^\]\n]{1,300}\]:(?!\s{0,99}<?(?:https?:|/|#|mailto:)))", re.M)
_TILDES = re.compile(r"^( {0,3})~~~", re.M)
_BLOCK = re.compile(r"\s{0,9}(?:#{1,6} |[*+-] |\d{1,9}[.)] |>|\|)")
_RULE_OF_TABLE = re.compile(r"(?=[^|]*\|)(?=[^-]*-)[|:\s-]+")
_DIVIDED = re.compile(r"\b([^\W\d_]+)-[ \t]*\r?\n[ \t]*((?=[a-zß-öø-ÿа-яё])[^\W\d_]+)(\S*)[ \t]*\r?\n?")
_HYPHENATED = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
#: `Bundes- und Landesbahnen`
# fmt: off
_BEHIND_HYPHEN = frozenset((
    "and", "or", "to", "und", "oder", "bis", "sowie", "bzw", "beziehungsweise", "wie", "als", "en", "of", "tot",
    "dan", "och", "samt", "eller", "og", "et", "ou", "y", "o", "e", "i", "a", "lub", "и", "или",
))
# fmt: on
_BREAK = re.compile(r"\\r\\n|\\n|\\r")
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
_HYPHEN_END = re.compile(rf"(?<=\w)-\n(?!(?:{'|'.join(sorted(_BEHIND_HYPHEN))})\b)(?=[^\W\d_])")
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
        # `long-term`, `Kyiv-based`, `US-amerikanisch`
        is_compound = second in learned and (first.casefold() in learned or first[0].isupper())
        return found[0] if is_compound or (len(first) > 1 and first.isupper()) else f"{first}{second}{rest}\n"

    return _DIVIDED.sub(whole, text)


def _is_markdown(text: str) -> bool:
    if len(text) > LONGEST_MARKDOWN or text.count("[") > MOST_BRACKETS:
        return False
    if "](" in text and len(_LINK.findall(text)) >= FEWEST_LINKS:
        return True
    return "# " in text and len(_HEADING.findall(text.replace("\r\n", "\n"))) >= FEWEST_HEADINGS


def _without_markdown(text: str) -> str:
    """The words of Markdown, a paragraph, heading, item or row of a table on lines of their own."""
    from markdown_it import MarkdownIt  # seldom needed

    parser = MarkdownIt("commonmark", {"maxNesting": DEEPEST, "html": False}).disable(["emphasis", "text_join"])
    parser.validateLink = lambda url: True  # also of pictures that stand in the page itself
    whole = _TILDES.sub(r"\1\\~~~", _SAID_BY.sub(r"\1\\[", _with_whole_links(text)))
    tokens = parser.parse(whole)
    if any(token.level >= DEEPEST - 2 for token in tokens):  # what stands deeper is left out
        return text
    # Lines of a paragraph are one, where they were wrapped; else each may be a line of the page.
    lines = _ADDRESS.sub("", whole).splitlines()
    is_wrapped = sum(len(line) > WIDEST_WRAPPED for line in lines) < MOST_WIDER * len(lines)
    blocks: list[str] = []
    bullet = ""
    for token in tokens:
        if token.type == "list_item_open":
            bullet += f"{token.info}{token.markup} " if token.info else "• "
        elif (token.type == "list_item_close" and bullet) or token.content:
            words = _words_of(token.children or (), is_wrapped) if token.type == "inline" else token.content
            blocks.append((bullet + words).rstrip())
            bullet = ""
    return "\n\n".join(blocks)


def _with_whole_links(text: str) -> str:
    """The text with each link on one line: wrapped in a heading, or within its address, it would be none."""
    lines: list[str] = []
    for line in text.split("\n"):
        end = lines[-1][-LONGEST_LINK:] if lines and line and not line.isspace() and not _BLOCK.match(line) else ""
        if len(end) and len(lines[-1]) < LONGEST_UNWRAPPED and end.rfind("[") > end.rfind("]"):
            lines[-1] += " " + line
        elif (at := end.rfind("](")) >= 0 and ")" not in end[at:]:
            lines[-1] += line if end.endswith("-") else " " + line
        else:
            lines.append(line)
    return "\n".join(lines)


def _words_of(tokens: Sequence["Token"], is_wrapped: bool) -> str:
    """The words of a paragraph; a table's rows on a line each."""
    told: list[str] = []
    before = ""
    for token in tokens:
        if token.type == "image":  # what it says instead of the picture is not seen on the page
            told.append(" ")
        elif token.type == "link_open":
            is_note = str(token.attrs.get("href", "")).startswith("#")
            told.append(" " if is_note or before == "link_close" else "")
        elif token.type in ("softbreak", "hardbreak"):
            told.append("\n" if token.type == "softbreak" else "\r")
        else:
            is_meant = token.type in ("code_inline", "text_special")
            told.append(token.content.translate(_MEANT_SO) if is_meant else token.content)
        before = token.type
    words = "".join(told)
    rows = words.replace("\r", "\n").split("\n")
    if any(_RULE_OF_TABLE.fullmatch(row) for row in rows):
        words = "\n".join(row.strip(" |") for row in rows if not _RULE_OF_TABLE.fullmatch(row))
    elif is_wrapped:
        words = _HYPHEN_END.sub("-", words).replace("\n", " ")
    words = _TAG.sub(_between, words.replace("\r", "\n"))
    return _EMPHASIS.sub("", words).translate(_AS_MEANT).strip()


def _between(tag: re.Match[str]) -> str:
    """What stands in the place of a tag of HTML."""
    return "" if _INLINE_TAG.match(tag[0]) else " " if _CELL_TAG.match(tag[0]) else "\n"
