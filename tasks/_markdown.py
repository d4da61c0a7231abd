"""Markdown, as scrapers write it, to the lines of the page: words stay, addresses and pictures do not."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tasks._hyphens import join_at_hyphens

if TYPE_CHECKING:
    from markdown_it.token import Token

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
_INLINE = "a|abbr|b|big|code|del|em|font|i|ins|mark|s|small|span|strong|u"
_CELL = "sub|sup|td|th"
_BLOCK = (
    "blockquote|br|center|details|div|figure|figcaption|h[1-6]|hr|iframe|img|li|ol|p|picture|pre|source|summary|table|tbody|"
    "tfoot|thead|tr|ul|video"
)
_ANY = f"{_INLINE}|{_CELL}|{_BLOCK}"
#: Bare or with attributes: `<b and c>` is none.  In small letters or all capitals: `<Mark>` says something in a chat.
_TAG = re.compile(rf"</?(?:{_ANY}|{_ANY.upper()})(?:\s+[\w-]+=[^<>]{{0,2000}})?\s*/?>|<!--.{{0,2000}}?-->", re.S)
_INLINE_TAG = re.compile(rf"</?(?:{_INLINE})\b|<!", re.I)
_CELL_TAG = re.compile(rf"</?(?:{_CELL})\b", re.I)
#: Marks of emphasis at the edges of words; a star within one (`Leser*innen`) is meant.
_EMPHASIS = re.compile(
    r"(?<!\w)(?:\*{1,3}|_{1,3})(?=[\w\"“„‘'«(\[¿¡])|(?<=[\w.,;:!?…\"”’'»)\]%])(?:\*{1,3}|_{1,3})(?!\w)"
)
#: What is code or was escaped is meant as it stands: for the while its signs are characters that no text has.
_MEANT_SO = str.maketrans("<*_", "\ufdd0\ufdd1\ufdd2")
_AS_MEANT = str.maketrans("\ufdd0\ufdd1\ufdd2", "<*_")
#: `[Merkel]: No.` and `[^1]: Reuters` say something; `[1]: https://...` is an address.
_SAID_BY = re.compile(r"^( {0,3})\[(?=\^|[^\]\n]{1,300}\]:(?!\s{0,99}<?(?:https?:|/|#|mailto:)))", re.M)
_TILDES = re.compile(r"^( {0,3})~~~", re.M)
_BEGINS_BLOCK = re.compile(r"\s{0,9}(?:#{1,6} |[*+-] |\d{1,9}[.)] |>|\|)")
_RULE_OF_TABLE = re.compile(r"(?=[^|]*\|)(?=[^-]*-)[|:\s-]+")


def is_markdown(text: str) -> bool:
    """Whether a text has so many links or headings of Markdown that it is, and is not too long to be parsed."""
    if len(text) > LONGEST_MARKDOWN or text.count("[") > MOST_BRACKETS:
        return False
    if "](" in text and len(_LINK.findall(text)) >= FEWEST_LINKS:
        return True
    return "# " in text and len(_HEADING.findall(text.replace("\r\n", "\n"))) >= FEWEST_HEADINGS


def without_markdown(text: str) -> str:
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
        goes_on = lines and len(lines[-1]) < LONGEST_UNWRAPPED and line and not line.isspace()
        end = lines[-1][-LONGEST_LINK:] if goes_on and not _BEGINS_BLOCK.match(line) else ""
        in_address = (at := end.rfind("](")) >= 0 and ")" not in end[at:]
        if in_address or end.rfind("[") > end.rfind("]"):
            lines[-1] += line if in_address and end.endswith("-") else " " + line
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
        words = join_at_hyphens(words).replace("\n", " ")
    words = _TAG.sub(_between, words.replace("\r", "\n"))
    return _EMPHASIS.sub("", words).translate(_AS_MEANT).strip()


def _between(tag: re.Match[str]) -> str:
    """What stands in the place of a tag of HTML."""
    return "" if _INLINE_TAG.match(tag[0]) else " " if _CELL_TAG.match(tag[0]) else "\n"
