"""Everything a person can type, ask for or be told is described in README.md or docs/."""

import json
import re
from typing import get_args

import pytest

from flows.cli_reference import commands, page
from schemas import outcome
from tests.conftest import ROOT
from warehouse.connection import open_reader
from warehouse.describe import relations

PAGES = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))}
REFERENCE = PAGES["reference.md"]


def test_the_reference_is_what_the_program_says():
    assert page().rstrip() + "\n" == REFERENCE, "run python -m flows.cli_reference > docs/reference.md"


@pytest.mark.parametrize(
    ("name", "command"), list(commands()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_command_and_each_of_its_options_says_what_it_does(name: str, command):
    section = REFERENCE.partition(f"### `copydesk {name}`\n")[2].partition("\n### ")[0]
    assert command.help and " ".join(command.help.split()) in section
    for parameter in command.params:
        if parameter.name not in ("help", "debug"):
            assert (getattr(parameter, "help", None) or "").strip(), f"copydesk {name}: {parameter.name} has no help"
        if parameter.param_type_name == "option" and parameter.name != "help":
            assert any(option in section + REFERENCE.partition("###")[0] for option in parameter.opts), (
                f"{name} {parameter.opts}"
            )


def test_every_table_view_and_column_has_a_comment_and_a_place(seeded):
    connection = open_reader(seeded[0])
    for relation in relations(connection):
        section = PAGES["tables.md"].partition(f"### `{relation.name}`\n")[2].partition("\n### ")[0]
        assert relation.comment and relation.comment in section, relation.name
        for column in relation.columns:
            assert column.comment.strip(), f"{relation.name}.{column.name} has no comment"
            assert f"| `{column.name}` |" in section, f"{relation.name}.{column.name}"
    connection.close()


def test_every_word_for_what_became_of_copy_is_explained():
    for words in (outcome.REASONS, outcome.FLAGS, outcome.KINDS, dict.fromkeys(outcome.OUTCOMES, "")):
        for word, meaning in words.items():
            assert re.search(rf"^\| `{word}` \| .*{re.escape(meaning)} \|$", REFERENCE, re.M), word
    assert tuple(outcome.KINDS) == get_args(outcome.Kind)


def test_words_that_are_used_are_words_that_are_known(seeded):
    connection = open_reader(seeded[0])

    def ask(sql: str) -> set[str]:
        return {row[0] for row in connection.execute(sql).fetchall()}

    assert ask("SELECT DISTINCT kind FROM removed_spans") <= set(outcome.KINDS)
    assert {r.partition(":")[0] for r in ask("SELECT DISTINCT unnest(reasons) FROM quarantine")} <= {
        *outcome.REASONS,
        "failed_check",
    }
    flags = {flag.partition(":")[0] for flag in ask("SELECT DISTINCT unnest(flags) FROM articles")}
    assert flags <= {*outcome.FLAGS, "given_differs", "warned"}
    connection.close()


def test_every_expectation_has_a_name_a_reason_and_a_place():
    for path in (ROOT / "schemas" / "expectations").glob("*.json"):
        for check in json.loads(path.read_text(encoding="utf-8"))["expectations"]:
            meta = check["meta"]
            assert meta["notes"].strip(), meta["name"]
            assert (
                f"| `{meta['name']}` | {check['severity']} | `{check['kwargs']['column']}` | {meta['notes']} |"
                in REFERENCE
            )


def test_every_kind_of_alarm_and_link_is_explained(seeded):
    told = "".join(PAGES.values())
    view = (ROOT / "warehouse" / "views" / "health_alarms.sql").read_text(encoding="utf-8")
    named = re.findall(r"'(\w+)' AS kind|'kind': '(\w+)'|(?:THEN|ELSE) '(volume_\w+)'", view)
    kinds = {word for words in named for word in words if word} | {"same_text", "near_duplicate", "contains", "quotes"}
    assert len(kinds) >= 14
    for kind in kinds:
        assert f"`{kind}`" in told, kind


def test_every_page_is_named_somewhere():
    for name in PAGES:
        assert name == "README.md" or any(name in text for other, text in PAGES.items() if other != name), name
