"""Section and tags of plain text: from breadcrumbs and labels, never guessed."""

import pytest

from tasks.strip import strip_text

TITLE = "Council votes to close the old baths"
PROSE = [
    "The council voted on Tuesday night to close the old baths in Mill Lane after more than a hundred years of use.",
    "Swimmers who had filled the public gallery shouted when the vote was read out by the mayor at half past nine.",
    "“Nobody who swims here was asked,” said Ann Lee, who has come to the baths each morning since she was a child.",
    "The building needs repairs that would cost four million pounds, the council's surveyor told the meeting.",
    "A new pool is to open beside the railway station in three years, and the old one will be sold to a builder.",
]


def read(above: list[str], below: list[str]):
    return strip_text("\n".join([*above, TITLE, "By Bo Ek", "15 June 2018", *PROSE, *below]))


@pytest.mark.parametrize(
    ("above", "section"),
    [
        (["Home > Politics > Town Hall"], "Politics"),
        (["Home", ">", "News", ">", "Town Hall"], "Town Hall"),
        (["• Startseite", "• Lokales"], "Lokales"),
        (["Home / News"], "News"),
        (["Home", "World", "Business", "Sport", "Weather", "Culture"], None),  # a menu
        (["Politics"], None),
        ([f"Home > {TITLE}"], None),
    ],
)
def test_the_section_is_the_first_telling_step_of_the_breadcrumb(above, section):
    assert read(above, []).section == section


@pytest.mark.parametrize(
    ("below", "tags"),
    [
        (["Tags: swimming, Mill Lane, town hall"], ("swimming", "Mill Lane", "town hall")),
        (["Schlagwörter: Schwimmen | Rathaus"], ("Schwimmen", "Rathaus")),
        (["Related topics", "Swimming", "Town hall", "Share this article"], ("Swimming", "Town hall")),
        (["Topics", *(f"Word {n}" for n in range(30))], ()),  # a menu
        (["Swimming", "Town hall"], ()),
    ],
)
def test_tags_are_labelled(below, tags):
    draft = read([], below)
    assert draft.tags == tags
    assert {p.rule for p in draft.pieces if tags and tags[0] in p.text and p.kind != "body"} <= {"navigation:tags"}
