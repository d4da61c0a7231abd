"""Texts of other people on their way into the report: shortened, harmless, compared."""

import re
from difflib import SequenceMatcher
from urllib.parse import urlsplit

from schemas.comparison import Word
from schemas.report import Edit
from tasks._edits import compare_words

#: Of one text on the page, in characters, unless more is asked for.
LINE_CHARACTERS = 240
CHANGES_SHOWN = 3

# Steering signs: control characters but for tab and line ends, the marks that turn the order of letters round, and
# half surrogate pairs, which no file can hold.
_STEERING = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def spelled_out(text: str) -> str:
    r"""Text in which what would steer a page (a NUL, a turned writing direction) is written as `\x00` or `\u202e`."""
    return _STEERING.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def cut(text: str | None, most: int = LINE_CHARACTERS) -> str:
    """At most so many characters."""
    text = text or ""
    return text if len(text) <= most else text[:most].rstrip() + " …"


def safe_link(url: str | None) -> str | None:
    """The address if a browser may be sent there: http or https, with a host."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname and len(url or "") <= 1000 else None


def changes(edit: Edit) -> list[tuple[str, list[Word]]]:
    """What an edit changed, field by field, words added and taken out in place; of the body, its first passages."""
    fields = (
        ("title", edit.title_before, edit.title_after),
        ("standfirst", edit.standfirst_before, edit.standfirst_after),
        ("authors", ", ".join(edit.authors_before), ", ".join(edit.authors_after)),
    )
    out = [
        (name, compare(cut(before, 600), cut(after, 600)))
        for name, before, after in fields
        if (before or "") != (after or "")
    ]
    if edit.body_before is None or edit.body_after is None:
        return out
    before, after = edit.body_before.split("\n\n")[:400], edit.body_after.split("\n\n")[:400]
    blocks = [b for b in SequenceMatcher(None, before, after, autojunk=False).get_opcodes() if b[0] != "equal"]
    for _, i1, i2, j1, j2 in blocks[:CHANGES_SHOWN]:
        out.append(("body", compare(cut("\n\n".join(before[i1:i2]), 900), cut("\n\n".join(after[j1:j2]), 900))))
    if len(blocks) > CHANGES_SHOWN:
        out.append(("body", [Word("", f"… and {len(blocks) - CHANGES_SHOWN} more passages")]))
    return out


def compare(before: str, after: str) -> list[Word]:
    """Two texts as one, with the words that only one of them has."""
    words = compare_words(before, after)
    return [word if word.sign else Word("", _shortened_middle(word.text)) for word in words]


def _shortened_middle(text: str) -> str:
    if len(text) <= 180:
        return text
    return f"{text[:80].rpartition(' ')[0] or text[:80]} … {text[-80:].partition(' ')[2] or text[-80:]}"
