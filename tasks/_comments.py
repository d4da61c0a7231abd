"""Readers' comments in plain text: a thread is known by its header, and by the name and the day above each of them."""

import re
from collections.abc import Sequence
from itertools import pairwise

from tasks._dates import TimestampLine, read_dated_line, read_timestamp_line
from tasks._lines import Line

#: So many comments below a header are a thread; an article has two times of its own, published and updated.
FEWEST_COMMENTS = 3
#: A header that has so few words of the body above it is the way to the comments, printed under the headline; so is
#: one with prose right below it, or without a comment within so many lines.
FEWEST_WORDS_ABOVE = 40
PROSE_WORDS = 15
#: A short article above many comments may look less like a body than they do.
POSSIBLY_BODY = 0.3
FIRST_WITHIN = 12
#: One comment of so many words that are half of the thread's is an article below its byline.  On public pages none of
#: 170 words or more is half of its thread.
LONGEST_COMMENT, MOST_OF_THREAD = 200, 0.5
#: A name, with what a page puts beside it (`on`, `at`, `says`), has no more words.
LONGEST_NAME = 8
#: Below a line of these kinds, if that is all that it says, comments have ended.
_FOLLOWING = frozenset(("related_links", "legal", "navigation", "subscribe_prompt"))
_CLOCK = re.compile(r"\d[:.h]\d\d")


def take_threads(lines: Sequence[Line]) -> None:
    """Take what stands in threads of comments for such, however much it reads like a body; the article stands above.

    Entries of a live blog have a time but no day, and no name right above.
    """
    number, above = 0, 0.0
    while number < len(lines):
        end = number + 1
        if lines[number].kind == "comment_widget" and above >= FEWEST_WORDS_ABOVE and _is_opened(lines, number):
            while end < len(lines) and not _is_past(lines[end]):
                end += 1
            if _is_thread(lines, range(number + 1, end)):
                for line in lines[number + 1 : end]:
                    if not line.kind:
                        line.take("comment", "comments:thread")
        elif not lines[number].kind and lines[number].body >= POSSIBLY_BODY:
            above += lines[number].words
        number = end


def _is_thread(lines: Sequence[Line], places: range) -> bool:
    heads = [place for place in places if _is_head(lines, place)]
    if len(heads) < FEWEST_COMMENTS:
        return False
    longest = max(sum(line.words for line in lines[one:behind]) for one, behind in pairwise(heads))
    whole = sum(line.words for line in lines[places.start : places.stop])
    return longest < LONGEST_COMMENT or longest < MOST_OF_THREAD * whole


def _is_opened(lines: Sequence[Line], header: int) -> bool:
    """Whether the first comment follows closely below this header."""
    for number in range(header + 1, min(len(lines), header + 1 + FIRST_WITHIN)):
        if _is_head(lines, number):
            return True
        if lines[number].words >= PROSE_WORDS and not lines[number].kind:
            return False
    return False


def _is_past(line: Line) -> bool:
    return line.kind in _FOLLOWING and line.match is not None and line.match.whole and line.stamp is None


def _is_head(lines: Sequence[Line], number: int) -> bool:
    """Whether a comment's name and day stand here: in one line, or the name in the one above."""
    line, above = lines[number], lines[number - 1]
    is_below_name = 0 < above.words <= LONGEST_NAME and not above.stops and above.stamp is None
    if line.stamp is not None:
        return _names_day(line.stamp) and is_below_name
    if not _CLOCK.search(line.text):
        return False
    told = read_dated_line(line.text) if line.words <= 2 * LONGEST_NAME else None
    if told is not None and 0 < len(told[0].split()) <= LONGEST_NAME:
        return True
    # Where copy was split at its links, the comment may have been joined to what stands above it.
    words = 0
    for part in line.parts if len(line.parts) > 1 else ():
        if words > LONGEST_NAME:
            return False
        if _CLOCK.search(part.text) and _names_day(read_timestamp_line(part.text)):
            return words > 0 or is_below_name
        words += len(part.text.split())
    return False


def _names_day(stamp: TimestampLine | None) -> bool:
    return stamp is not None and (stamp.published or stamp.updated) is not None
