"""How differences look: words taken out struck through in red and added ones green; in a pipe [-out-] and {+in+}."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from flows.show import cell, printable

_STYLES = {"-": "red strike", "+": "green", "": ""}
#: As `git diff --word-diff` marks them.
_MARKS = {"-": ("[-", "-]"), "+": ("{+", "+}"), "": ("", "")}
#: Of words that both have, so many characters before and behind a change are shown.
_AROUND = 100


def edits(told: Mapping[str, Any]) -> None:
    """Each revision of an article: fields, figures, paragraphs."""
    _line(("", f"{told['title'] or '(no title)'}: {told['versions']} version{'s' * (told['versions'] != 1)}"))
    if not told["revisions"]:
        _line(("", "The outlet has changed nothing."))
    for revision in told["revisions"]:
        print()
        _line(("", f"version {revision['version']}, received {cell(revision['edited_at'])}"))
        for change in revision["fields"]:
            _line(("", f"{change['name']:<12}"), *_words(change["words"]))
        for figure in revision["figures"]:
            _line(("", f"{'figure':<12}"), ("-", figure["before"]), ("", " "), ("+", figure["after"]))
        for change in revision["paragraphs"]:
            what = "added" if change["before"] is None else "removed" if change["after"] is None else "changed"
            print()
            _line(("", f"paragraph {change['position']} {what}"))
            _line(*_words(change["words"]))


def passages(told: Mapping[str, Any]) -> None:
    """How two articles are linked, and each passage that they share, in its place in both."""
    for number, article in enumerate(told["articles"]):
        _line(("", f"{'AB'[number]}  {article['article_id'][:12]}  {article['title'] or '(no title)'}"))
    links = [f"{link['kind']} ({link['similarity']:.2f}, {link['shared_words']} words)" for link in told["links"]]
    _line(("", f"links: {', '.join(links) or 'none'}"))
    _line(("", f"similarity {told['similarity']:.2f}, containment {told['containment']:.2f}"))
    _line(("", f"{told['shared_words']} words in {len(told['passages'])} passages that both have"))
    for passage in told["passages"]:
        print()
        _line(("", f"{passage['words']} words"))
        for name, place in (("A", "one"), ("B", "other")):
            part = passage[place]
            before, behind = " ".join(part["before"].split()), " ".join(part["behind"].split())
            text = " ".join(part["text"].split())
            _line(("", f"{name}  …{before} "), ("+", text), ("", f" {behind}…"))


def _words(words: Sequence[Mapping[str, str]]) -> list[tuple[str, str]]:
    out = []
    for place, word in enumerate(words):
        text = word["text"]
        if not word["sign"] and len(text) > 2 * _AROUND:
            head, tail = text[:_AROUND] if place else "", text[-_AROUND:] if place + 1 < len(words) else ""
            text = f"{head} … {tail}"
        out.append((word["sign"], text))
    return out


def _line(*parts: tuple[str, str]) -> None:
    if not sys.stdout.isatty():
        print("".join(_MARKS[sign][0] + printable(text) + _MARKS[sign][1] for sign, text in parts if text))
        return
    from rich.console import Console
    from rich.text import Text

    drawn = Text.assemble(*((printable(text), _STYLES[sign]) for sign, text in parts))
    Console(highlight=False, soft_wrap=True).print(drawn)
