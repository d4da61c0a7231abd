"""Who wrote an article in plain text whose head does not say so: what tells of its author, mostly below the body."""

import re
from collections.abc import Sequence

from schemas.draft import Byline
from tasks._lines import BULLET, Line
from tasks._name_words import begins_name, name_words
from tasks._names import is_person_name, read_authors

#: Lines above the body, before its end and behind it, in which the author is told of.
ABOVE, BEFORE, BEHIND = 10, 20, 40
LONGEST_SIGNATURE = 25
LONGEST_NAME = 6
#: `Ann Lee is a reporter in Norwick.`, `Ann Lee, a chemist, has been ...`
_BIOGRAPHY = re.compile(
    r"(?P<name>[^\W\d_][^\s,()]*(?: [^\s,()]+){1,3}?)(?:,? \([^()]{1,40}\)|, [^.]{2,60}?,)?"
    r" (?:is|was|has|ist|war|est|es|è|é|är|er|jest) (?:an?|the|one|our|currently|been|also"
    r"|ein|eine|der|die|Redakteur\w*|Journalist\w*|un|une|una|en|ett)\b"
)


def told_below(lines: Sequence[Line]) -> list[str]:
    """The one author whom what stands right above the body, or else about its end, tells of; none where they differ."""
    body = [n for n, line in enumerate(lines) if line.is_body]
    if not body:
        return []
    above = range(max(0, body[0] - ABOVE), body[0] + 1)
    for near in (above, range(max(above.stop, body[-1] - BEFORE), min(len(lines), body[-1] + BEHIND))):
        found = {name.casefold(): name for number in near for name in _told(lines, number)}
        if found:
            return list(found.values()) if len(found) == 1 else []
    return []


def _told(lines: Sequence[Line], number: int) -> Sequence[str]:
    line, before = lines[number], lines[number - 1] if number else None
    text = BULLET.sub("", line.text)
    if hit := name_words().telling.match(text):
        rest = text[hit.end() :]
        return _people(rest) if line.words <= LONGEST_SIGNATURE and rest[:1].isupper() else ()
    if not before or before.kind == "comment":
        return ()
    if name_words().telling.match(before.text.rstrip(": ") + ": x"):
        return _people(text) if line.words <= LONGEST_NAME else _of_biography(text)
    name = _of_biography(text)
    # Sentences of the body tell of anybody.
    return name if name and (not line.is_body or before.text.startswith(name[0])) else ()


def _of_biography(text: str) -> Sequence[str]:
    hit = _BIOGRAPHY.match(text)
    name = hit["name"] if hit else ""
    return (name,) if is_person_name(name) and begins_name(name.split()[0]) else ()


def _people(text: str) -> Sequence[str]:
    names, kinds = read_authors([Byline(text)], None)
    return [name for name, kind in zip(names, kinds, strict=True) if kind == "person" and _is_name(name)]


def _is_name(name: str) -> bool:
    return is_person_name(name) or begins_name(name)
