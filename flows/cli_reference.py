"""docs/reference.md, made from the program: `python -m flows.cli_reference > docs/reference.md`."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from flows.cli import app
from schemas.outcome import FLAGS, KINDS, OUTCOMES, REASONS

EXPECTATIONS = Path(__file__).resolve().parent.parent / "schemas" / "expectations"
_HEAD = """# Reference

Made from the program by `python -m flows.cli_reference`; do not edit. Tables and their columns: [tables.md](tables.md).
"""
_OUTCOMES = {
    "loaded": "a new article",
    "updated": "a known article, changed in substance: a new version",
    "unchanged": "dealt with before, or not changed in substance",
    "duplicate": "the same words from the same source, or from none named, under another origin",
    "quarantined": "refused, with reasons; its raw bytes are kept",
}
#: On every command that has them.
_EVERYWHERE = ("help", "debug")


def commands() -> Iterator[tuple[str, Any]]:
    """Every command as it is typed, `ingest` or `quarantine list`, with what the library knows of it."""
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", None)
        yield from ((f"{name} {sub}", each) for sub, each in below.items()) if below else ((name, command),)


def page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_command_lines(), *_word_lines(), *_check_lines()])


def _command_lines() -> Iterator[str]:
    yield "## Commands\n\nEvery command also has `--help` and `--debug` (shows the traceback of an error).\n"
    for name, command in sorted(commands(), key=lambda pair: pair[0]):
        example = command.epilog.replace(": ", ": `", 1) + "`"
        yield f"### `copydesk {name}`\n\n{' '.join(command.help.split())}\n\n{example}\n"
        rows = [_option(parameter) for parameter in command.params if parameter.name not in _EVERYWHERE]
        yield "\n".join(["| option | means |", "|---|---|", *rows, ""]) if rows else ""


def _option(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        names = f"`{parameter.metavar or parameter.name.upper()}`"
    else:
        names = ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
    told = (getattr(parameter, "help", None) or "").replace("|", "\\|")
    default = parameter.default
    if isinstance(default, (str, int, float, Path)) and not isinstance(default, bool) and str(default):
        told += f" Unless said: `{default}`."
    return f"| {names} | {told} |"


def _word_lines() -> Iterator[str]:
    for title, told, words in (
        ("Outcomes", "Each input of a run ends as one of them.", {name: _OUTCOMES[name] for name in OUTCOMES}),
        (
            "Reasons",
            "Why a document was refused; `failed_check:NAME` joins them, one for each critical check below.",
            REASONS,
        ),
        (
            "Flags",
            "Warnings that do not refuse; `given_differs:FIELD` (what the collector gave is not what the copy says) "
            "and `warned:NAME` (a check of warning severity) join them.",
            FLAGS,
        ),
        ("Kinds", "What a piece that was taken out of the copy was taken for (`removed_spans.kind`).", KINDS),
    ):
        rows = (f"| `{word}` | {meaning} |" for word, meaning in words.items())
        yield "\n".join([f"## {title}\n\n{told}\n", "| word | means |", "|---|---|", *rows, ""])


def _check_lines() -> Iterator[str]:
    articles = "Critical: an article that fails is refused (`failed_check:NAME`). Warning: it is flagged."
    batches = "What a batch brought of an outlet, held against the outlet's past; they only warn."
    for file, title, told in (("article", "articles", articles), ("batch", "batches", batches)):
        yield f"## Checks on {title}\n\n{told} How to add one: [add_a_check.md](add_a_check.md).\n"
        yield "| check | severity | of | why |\n|---|---|---|---|"
        for check in json.loads((EXPECTATIONS / f"{file}.json").read_text(encoding="utf-8"))["expectations"]:
            meta = check["meta"]
            yield f"| `{meta['name']}` | {check['severity']} | `{check['kwargs']['column']}` | {meta['notes']} |"
        yield ""


def main() -> None:
    """Print the page."""
    sys.stdout.write(page().rstrip() + "\n")


if __name__ == "__main__":
    main()
