"""Who, when and under which headline: the fields that stand above the body, or right below it.

The labeller says how likely each line plays a role; the rules here say what follows from that.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from schemas.draft import Byline
from tasks._credits import is_bare_agency
from tasks._dates import read_dated_line
from tasks._headline import SURE, find_headline, words_of_headline
from tasks._lines import BULLET, Line
from tasks._name_words import begins_name, name_words
from tasks._names import is_person_name, read_authors
from tasks._roles import LONGEST_SIGNATURE, OUTLET_TAIL, body_span, dated, is_signed
from tasks._signed_below import told_below

# Cross-validated by site: below these, what is found is more often wrong than right.
BYLINE_FROM = 0.2
TIME_FROM = 0.5
#: That an update is all that the copy dates must be surer.
UPDATE_FROM = 0.55
#: Further bylines and times beside the best.
AS_WELL_FROM = 0.5
#: A line that says itself that it signs, or that dates and names at once.
SIGNED_FROM = 0.03
#: A name that stands alone.
NAMED_FROM = 0.02
#: Lines about the headline in which one signs by its place.
ABOVE_TITLE, BELOW_TITLE = 3, 10
#: So many lines below it one signs also where the first paragraph stands between.
NEXT_TO_TITLE = 5
#: Names on lines of their own below the first of them.
NEXT_NAMES, NEXT_FROM = 4, 0.1
SURE_NAME = 0.6
#: A line that says of itself that it dates the page stands within so many lines of the body.
NEAR_BODY = 30
#: So many lines with the same day may be a list of other articles, which makes them so much less likely; and of two
#: times as likely the one nearer to the first line of the body is it, by so much a line.
LISTED, BY_LIST, BY_LINE = 3, 0.5, 0.003
#: Words beside a time that says nothing of what it dates; of more, it is likely of them.
MOST_BESIDE_TIME = 10
#: A second time, of an update say, stands within so many lines.
NEAR = 6
#: A caption is more likely a caption than body, or as likely as SURE_CAPTION: what is lost of the body by that is
#: .0004 F1, what is won 2 captions in 100 (5 of split copy).
CAPTION_FROM = 0.3
SURE_CAPTION = 0.4
#: A line so long that may be body is a paragraph (8 of 8 that were taken for captions; of 40 to 60 words, half).
SHORTEST_PARAGRAPH = 60
#: Where a standfirst may stand, a caption must be as likely as this.
SURELY_CAPTION = 0.5
#: A line this long that signs is a sentence of the article as well, and stays in it.
LONGEST_BYLINE = 15
LONGEST_STANDFIRST = 60
SHORTEST_PROSE = 8
SHORTEST_STANDFIRST = 4
#: Who helped, or edited, does not sign.
_CONTRIBUTED = re.compile(
    r"\W*(?:(?:with )?additional (?:reporting|research)|(?:editing|edited|translated) by|contributions? (?:by|from))\b",
    re.I,
)
#: What stands before the name in the menu of an author's own site.
_TELLS_OF = frozenset(("about", "about the author", "meet", "meet the author"))
#: `Reviewed by Bo Ek, MD - Written by Ann Lee`
_SIGNED_INSIDE = re.compile(r"\b(?:written|words|text|reported|posted) by:?\s+(?-i:[A-Z])", re.I)
#: `Text`, above `Small` and `Large`.
_SIZE = re.compile(r"te[kx]s?t[eo]?", re.I)
#: What stands between a headline and the first paragraph.
HEAD_KINDS = frozenset(("timestamp", "byline", "credit", "caption", "share_prompt", "comment_widget"))


@dataclass(slots=True)
class Head:
    """The fields read around the body: raw words, best candidates first."""

    title: str | None = None
    standfirst: str | None = None
    bylines: list[str] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)


def read_head(lines: Sequence[Line]) -> Head:
    """Read the fields around the body; labels the lines it uses."""
    head = Head()
    title = find_headline(lines)
    if title is not None:
        _take_title(lines, head, title)
    _read_times(lines, head, title)
    _read_bylines(lines, head, title)
    if title is not None:
        _read_standfirst(lines, head, title)
    return head


def _take_title(lines: Sequence[Line], head: Head, title: int) -> None:
    """The headline, and its other prints up to the first paragraphs."""
    line = lines[title]
    head.title = words_of_headline(lines, title)
    line.take("title", "title:labeller", round(line.role("title"), 3))
    bare = {line.folded, head.title.casefold()}
    beginnings = tuple(bare)
    for other in lines:
        if other.kind or not other.roles or other.role("title") <= 0 or not other.text:
            continue
        text = other.folded
        if text.startswith(beginnings) and (text in bare or OUTLET_TAIL.sub("", text) in bare):
            other.take("title", "title:printed again")


def _read_times(lines: Sequence[Line], head: Head, title: int | None) -> None:
    """The time of publication on the likeliest line; others near it may say it more exactly, or give that of an update.

    Where only an update is dated, that is the day under which the outlet shows the article: it stands for both.
    """
    first = body_span(lines)[0]
    asked = [n for n, line in enumerate(lines) if line.roles and line.role("time") >= TIME_FROM and _may_date(line)]
    often = Counter(lines[n].text for n in asked)

    def doubt(n: int) -> float:
        listed = BY_LIST if often[lines[n].text] >= LISTED else 0.0
        return listed + BY_LINE * max(abs(n - first) - NEAR, 0) - lines[n].role("time")

    likely = sorted(asked, key=doubt)
    if likely and often[lines[likely[0]].text] >= LISTED:
        likely = _below_headline(lines, title) or likely
    likely = likely or _labelled_near_body(lines, title) or _below_headline(lines, title) or _only_day(lines)
    if not likely:
        return
    for number in likely:
        line, stamp = lines[number], dated(lines[number])
        is_best = number == likely[0]
        if stamp is None or (not is_best and (line.role("time") < AS_WELL_FROM or abs(number - likely[0]) > NEAR)):
            continue
        head.published += [stamp.published] if stamp.published else []
        head.updated += [stamp.updated] if stamp.updated else []
        if not line.kind and (line.stamp or not line.is_body):
            line.take("timestamp", "timestamp" if line.stamp else "timestamp:with other words")
    for line in lines[max(0, likely[0] - NEAR) : likely[0] + NEAR]:
        if line.stamp and not line.kind and (line.stamp.updated or line.stamp.published):
            head.updated += [line.stamp.updated] if line.stamp.updated else []
            line.take("timestamp", "timestamp")
    best = lines[likely[0]]
    if head.updated and not head.published and (_dates_the_page(best) or best.role("time") >= UPDATE_FROM):
        head.published = head.updated[:1]
        head.flags.append("dated_by_update")


def _may_date(line: Line) -> bool:
    """Whether it holds a day beside few other words, and is nothing that says for itself what else it is."""
    if line.stamp or not dated(line):
        return line.stamp is not None
    is_short = len(_beside_time(line).split()) <= MOST_BESIDE_TIME or _dates_the_page(line)
    return is_short and line.kind in ("", "timestamp", "byline", "other", "title")


def _labelled_near_body(lines: Sequence[Line], title: int | None) -> list[int]:
    """The one line that says itself that it dates the page (`Published March 3, 2021`), if one near the body does, one
    below the headline, or one of all above the body.

    Comments and teasers say `Posted` too, many times on a page: of several, none tells, unless one is of publication
    and the others are of updates.
    """
    body = [n for n, line in enumerate(lines) if line.is_body and line.words >= SHORTEST_PROSE]
    if not body:
        return []
    first, last = body[0], body[-1]
    above, behind = range(max(0, first - NEAR_BODY), first + NEAR), range(last, last + NEAR_BODY)
    below = range(title or 0, (title or 0) + NEAR)
    for near in (above, behind, below, range(first)):
        if told := [n for n in near if n < len(lines) and _dates_the_page(lines[n])]:
            published = [n for n in told if (stamp := dated(lines[n])) and stamp.published]
            return told if len(told) == 1 else published if len(published) == 1 else []
    return []


def _below_headline(lines: Sequence[Line], title: int | None) -> list[int]:
    """The day printed between the headline and the first paragraph; the first of two, since an update stands behind."""
    if title is None:
        return []
    start = next((n for n in range(title + 1, len(lines)) if lines[n].is_body and lines[n].words >= SHORTEST_PROSE), 0)
    told = [n for n in range(title + 1, min(start, title + BELOW_TITLE)) if _may_date(lines[n])]
    days = {(stamp.published, stamp.updated) for n in told if (stamp := dated(lines[n]))}
    return told[:1] if len(days) <= 2 else []


def _only_day(lines: Sequence[Line]) -> list[int]:
    """The line with the one day that the page prints on lines which are no sentences, down to readers' comments."""
    last = max((n for n, line in enumerate(lines) if line.is_body), default=0)
    end = next((n for n in range(last, len(lines)) if lines[n].kind == "comment_widget"), last + NEAR_BODY)
    told = [n for n, line in enumerate(lines[:end]) if not line.is_body and _may_date(line)]
    days = {stamp.published for n in told if (stamp := dated(lines[n]))}
    return told[:1] if len(days) == 1 and None not in days else []


def _dates_the_page(line: Line) -> bool:
    stamp = dated(line)
    if not stamp or not (stamp.published or stamp.updated):
        return False
    return stamp.is_labelled or is_signed(line.text) or is_signed(_beside_time(line))


def _read_bylines(lines: Sequence[Line], head: Head, title: int | None) -> None:
    """Who signs: on the likeliest line, and on others as likely; where the first says `By NAME`, all must.

    Else on a line that says so, beside the time, or by itself below the headline as organisations do.
    """
    free = [n for n, line in enumerate(lines) if line.roles and line.role("byline") >= SIGNED_FROM]
    free = [n for n in free if lines[n].kind in ("", "byline", "timestamp")]
    free = [n for n in free if not _CONTRIBUTED.match(lines[n].text)]
    likely = sorted(free, key=lambda n: -lines[n].role("byline"))
    likely = [n for n in likely if lines[n].role("byline") >= BYLINE_FROM and _may_sign(lines[n])]
    chosen = [n for place, n in enumerate(likely) if not place or lines[n].role("byline") >= AS_WELL_FROM]
    if chosen and is_signed(lines[chosen[0]].text) and "person" in _read_names(lines[chosen[0]].text)[1]:
        chosen = [n for n in chosen if _signs_somebody(lines[n].text)]
    chosen = _with_below(lines, chosen)
    # At the end of the body `(Reporting by Ann Lee; editing by Bo Ek)` names others than the byline above it.
    above = range(0 if title is None else title + 1, len(lines))
    start = next((n for n in above if lines[n].is_body and lines[n].words >= SHORTEST_PROSE), len(lines))
    far = [n for n in chosen if n >= start + NEAR and _signs_or_names(lines[n])]
    chosen = [n for n in chosen if n < start + NEAR]
    signed = [n for n in free if lines[n].role("byline") >= SIGNED_FROM and _says_who(lines[n])]
    signed.sort(key=lambda n: (n >= start + NEAR, -lines[n].role("byline")))
    chosen = chosen or [n for n in signed if title is None or n >= title - ABOVE_TITLE][:1]
    if title is not None:
        end = min(len(lines), max(start + 1, title + NEXT_TO_TITLE), title + BELOW_TITLE)
        near = range(max(0, title - ABOVE_TITLE), end)
        chosen = chosen or _find_near(lines, near, (_stands_behind_label, _begins_signed, _stands_beside_time))
        chosen = chosen or signed[:1] or far or _find_near(lines, near, (_is_name, _is_organisation_below))
    chosen = chosen or signed[:1] or far
    for number in chosen:
        line = lines[number]
        head.bylines.append(BULLET.sub("", line.text))
        if line.kind == "timestamp" or not (line.is_body and line.words > LONGEST_BYLINE):
            line.take("byline", "byline:labeller", round(line.role("byline"), 3))
    if not chosen:
        head.bylines += told_below(lines)


def _with_below(lines: Sequence[Line], chosen: Sequence[int]) -> list[int]:
    """The lines that sign, and those right below them that hold a name as well."""
    found = set(chosen)
    for number in chosen:
        below = range(number + 1, min(len(lines), number + 1 + NEXT_NAMES))
        found |= set(takewhile(lambda n: _is_next_name(lines[n]), below))
    return sorted(found)


def _is_next_name(line: Line) -> bool:
    names = _read_names(line.text)[0]
    is_likely = not line.kind and line.role("byline") >= NEXT_FROM and not _CONTRIBUTED.match(line.text)
    is_likely = is_likely and bool(names) and line.words <= LONGEST_BYLINE
    return is_likely and all(is_person_name(name) and begins_name(name.split()[0]) for name in names)


def _find_near(lines: Sequence[Line], near: range, ways: Sequence[Callable[[Sequence[Line], int], bool]]) -> list[int]:
    """The line about the headline that signs in the first of these ways, if one does."""
    free = [n for n in near if not lines[n].is_body and not _CONTRIBUTED.match(lines[n].text)]
    free = [n for n in free if lines[n].kind in ("", "byline", "timestamp") and 0 < lines[n].words <= LONGEST_BYLINE]
    for signs in ways:
        for number in free:
            if signs(lines, number) and _read_names(lines[number].text)[0]:
                return [number]
    return []


def _stands_behind_label(lines: Sequence[Line], number: int) -> bool:
    line, before = lines[number], lines[number - 1] if number else None
    signs = before and before.words <= 3 and is_signed(before.text + " X") and not _SIZE.fullmatch(before.text)
    return bool(signs) and line.words <= 6 and not line.stamp


def _begins_signed(lines: Sequence[Line], number: int) -> bool:
    text = _beside_time(lines[number]) or lines[number].text.lstrip("•|·-–— ")
    found = name_words().prefix.match(text) if text[:1].isalpha() else None
    if not found or found["words"].casefold() in _TELLS_OF or lines[number].stops or lines[number].stamp:
        return False
    name = text[found.end() :]
    return name[:1].isupper() or len(name.split()) == 1


def _stands_beside_time(lines: Sequence[Line], number: int) -> bool:
    text = _beside_time(lines[number])
    return bool(text) and (is_person_name(text) or lines[number].role("byline") >= BYLINE_FROM)


def _beside_time(line: Line) -> str:
    """The words beside the time of a line that is more than a time, if it is one."""
    found = read_dated_line(line.text) if not line.stamp and dated(line) else None
    return found[0] if found else ""


def _is_name(lines: Sequence[Line], number: int) -> bool:
    line = lines[number]
    return line.role("byline") >= NAMED_FROM and _names_person(BULLET.sub("", line.text)) and line.words <= 6


def _is_organisation_below(lines: Sequence[Line], number: int) -> bool:
    above = number and lines[number - 1].kind in ("title", "standfirst", "timestamp")
    return bool(above) and not lines[number].kind and _is_desk(lines[number])


def _may_sign(line: Line) -> bool:
    """Not where the labeller is not sure and the words are a menu's: `Front Page`, `Learning Center`."""
    text = BULLET.sub("", line.text)
    if line.role("byline") >= SURE or line.kind == "byline" or is_bare_agency(text):
        return True
    if _signs_somebody(text):
        return True
    return _names_person(text) or (line.role("byline") >= AS_WELL_FROM and _is_organisation(line))


def _signs_somebody(text: str) -> bool:
    return is_signed(text) and bool(_read_names(text)[0])


def _signs_or_names(line: Line) -> bool:
    """Whether a line far from the headline says that it signs, or most likely does, or begins with a given name."""
    is_sure = line.role("byline") >= SURE_NAME or is_signed(line.text)
    return is_sure or any(begins_name(name.split()[0]) for name in _read_names(line.text)[0])


def _read_names(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return read_authors([Byline(text)], None)


def _names_person(text: str) -> bool:
    names, kinds = _read_names(text)
    return any(kind == "person" and is_person_name(name) for name, kind in zip(names, kinds, strict=True))


def _says_who(line: Line) -> bool:
    """`By NAME`, or a time with a name beside it."""
    text = _beside_time(line)
    if is_signed(text):
        return _names_person(text) or len(_read_names(text)[0]) == 1
    if not text or line.kind != "timestamp":
        text = BULLET.sub("", line.text)
        if line.words > LONGEST_SIGNATURE or not (_SIGNED_INSIDE.search(text) or is_signed(text)):
            return False
        if line.words > LONGEST_BYLINE and is_signed(text):
            return False
    return _names_person(text)


def is_likely_caption(line: Line) -> bool:
    """Whether the labeller takes a line, which nothing else has been told of, for a caption."""
    odds = line.role("caption")
    if line.words >= SHORTEST_PARAGRAPH and line.body > SURE_CAPTION:
        return False
    return not line.kind and odds >= CAPTION_FROM and odds > min(line.body, SURE_CAPTION)


def _read_standfirst(lines: Sequence[Line], head: Head, title: int) -> None:
    """The line right under the headline, pictures and signatures apart, when the head goes on after it."""
    for number in range(title + 1, min(len(lines), title + 8)):
        line = lines[number]
        if line.kind in HEAD_KINDS or line.kind == "title":
            continue
        if is_likely_caption(line) and line.role("caption") >= SURELY_CAPTION and not line.is_body:
            continue
        if line.kind or line.stamp or line.bullet or not SHORTEST_STANDFIRST <= line.words <= LONGEST_STANDFIRST:
            return
        goes_on = any(other.kind in HEAD_KINDS for other in lines[number + 1 : number + 5] if not other.is_body)
        # What the labeller takes for body is the first paragraph, unless it is in doubt and the head goes on behind it.
        if (goes_on and line.body < SURE) or not (line.is_body or line.stops):
            head.standfirst = line.text
            line.take("standfirst", "standfirst:under the headline", 0.7)
        return


def _is_desk(line: Line) -> bool:
    """An agency, or those of an outlet who sign without a name; of other organisations menus are full."""
    words = {word.casefold() for word in line.text.split()}
    return is_bare_agency(line.text) or (_is_organisation(line) and bool(words & name_words().desks))


def _is_organisation(line: Line) -> bool:
    return line.words <= 5 and not line.stops and _read_names(line.text)[1] == ("organisation",)
