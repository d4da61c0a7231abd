"""The section and the tags of an article in plain text: the breadcrumb above its headline, labelled words around it.

What is not labelled is not guessed: menus hold the same words.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from schemas.errors import UsageError
from tasks._lines import BULLET, Line

_SEEDS = Path(__file__).resolve().parent.parent / "seeds" / "topics.toml"
#: Lines above the headline in which a breadcrumb stands, and around the body in which tags do.
ABOVE, AROUND = 8, 12
#: Of a section or a tag.
MOST_WORDS, MOST_CHARACTERS = 5, 50
MOST_TAGS = 20
#: Of tags a line each below their label, and of steps of a breadcrumb.
MOST_UNDER_LABEL = 15
MOST_STEPS = 3
_LABELLED = re.compile(r"^([^:：]{2,40})[:：]\s*(.+)$")
_TAG_END = re.compile(r"\s*[,;|•·、，/]\s*|\s+#|\s{2,}")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of seeds/topics.toml, casefolded; `between`: a pattern of what stands between steps of a breadcrumb."""

    home: frozenset[str]
    tags: frozenset[str]
    nothing: frozenset[str]
    generic: frozenset[str]
    between: re.Pattern[str]


@cache
def topic_words() -> Words:
    """Read once; a `UsageError` names the file when it cannot be read."""
    try:
        told = tomllib.loads(_SEEDS.read_text(encoding="utf-8"))
        lists = {
            name: frozenset(word.casefold() for word in told[name]) for name in ("home", "tags", "nothing", "generic")
        }
        between = "|".join(re.escape(sign) for sign in told["between"])
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{_SEEDS} cannot be read: {error}") from error
    return Words(**lists, between=re.compile(rf"\s*(?:{between})\s*"))


def read_section(lines: Sequence[Line], title: int) -> str | None:
    """The first step of the breadcrumb above the headline `title`, behind `Home`; None without one."""
    words = topic_words()
    for number in range(title - 1, max(-1, title - 1 - ABOVE), -1):
        steps = [step for step in words.between.split(_bare(lines[number].text)) if step]
        if not steps or steps[0].casefold() not in words.home or lines[number].kind == "body":
            continue
        if len(steps) == 1:
            # Step by step, a line each: all that stands between `Home` and the headline is the breadcrumb.
            rest = [
                step for line in lines[number + 1 : title] for step in words.between.split(_bare(line.text)) if step
            ]
            steps += rest if len(rest) <= MOST_STEPS else []
        found = [topic for step in steps[1:] if (topic := _topic(step, lines[title].text))]
        # `News` and `Blog` say little where a step follows.
        telling = [topic for topic in found if topic.casefold() not in words.generic]
        return next(iter(telling or found), None)
    return None


def read_tags(lines: Sequence[Line], first: int, last: int) -> list[str]:
    """The labelled tags around a body from line `first` to `last`, as printed, in order; takes their lines."""
    words = topic_words()
    for number in (*range(last + 1, min(len(lines), last + 1 + AROUND)), *range(max(0, first - AROUND), first)):
        line = lines[number]
        if line.kind not in ("", "navigation", "related_links"):
            continue
        text = _bare(line.text)
        labelled = _LABELLED.match(text)
        if labelled and labelled[1].strip().casefold() in words.tags:
            taken, found = [line], [tag for part in _TAG_END.split(labelled[2]) if (tag := _topic(part))]
        elif text.casefold().rstrip(":：") in words.tags:
            taken, found = [line], []
            for other in lines[number + 1 : number + 1 + MOST_TAGS]:
                tag = _topic(_bare(other.text))
                if tag is None or other.stops or other.stamp or other.match or other.kind not in ("", "navigation"):
                    break
                taken.append(other)
                found.append(tag)
            found = found if len(found) < MOST_UNDER_LABEL else []  # a menu
        else:
            continue
        if found:
            for other in taken:
                other.take("navigation", "navigation:tags")
            return found[:MOST_TAGS]
    return []


def _bare(text: str) -> str:
    return BULLET.sub("", text).strip(" ,")


def _topic(text: str, title: str = "") -> str | None:
    """The text as a section or a tag, None where it is too long for one, or a word of menus."""
    text = text.strip(" #,;.")
    is_one = 0 < len(text) <= MOST_CHARACTERS and len(text.split()) <= MOST_WORDS and any(map(str.isalpha, text))
    words = topic_words()
    is_other = text.casefold() in words.nothing | words.home | words.tags or (title and text in title)
    return text if is_one and not is_other else None
