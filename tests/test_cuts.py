"""Copy that lost its line breaks: written out on one line, or with its elements glued to each other."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks._cuts import MOST_WORDS, Words, cut_features, find_words
from tasks._text import words
from tasks.strip import strip_text
from tests.test_labeller import MORE
from tests.test_strip import PROSE, assert_accounted_for

MENU = ["Home", "News", "Sport", "Opinion", "Weather", "Jobs", "Obituaries"]
BELOW = [
    "Share this article", "Related stories", "Ferry to run an hour later from Monday", "Library wins prize for its garden",
    "Two held after fire at boatyard", "Contact us", "Privacy policy", "© 2018 The Lantern. All rights reserved.",
]  # fmt: skip
LONG_PAGE = [*MENU, "Council votes to close the old baths", "By Ann Lee", "15 June 2018", *PROSE, *MORE, *BELOW]


WORDS = words(" ".join(PROSE + MORE))


@pytest.mark.parametrize("between", [" ", "  ", "\u00a0"])
def test_a_page_on_one_line_is_read_as_its_lines(between):
    draft = assert_accounted_for(between.join(LONG_PAGE))
    assert words(" ".join(draft.paragraphs())) == WORDS
    assert "lines_guessed" in draft.flags
    assert draft.title == "Council votes to close the old baths"


def test_a_page_whose_elements_are_glued_is_read_as_its_lines():
    draft = assert_accounted_for(
        "".join(MENU) + "\n" + "".join(LONG_PAGE[len(MENU) : -len(BELOW)]) + "\n" + "".join(BELOW)
    )
    assert words(" ".join(draft.paragraphs())) == WORDS
    assert "lines_guessed" in draft.flags
    assert draft.title == "Council votes to close the old baths"


def test_one_paragraph_stays_one():
    draft = assert_accounted_for(" ".join(PROSE))
    assert draft.paragraphs() == [" ".join(PROSE)]
    assert "lines_guessed" not in draft.flags


def test_lines_are_as_the_copy_has_them_where_it_has_them():
    draft = assert_accounted_for("\n".join(LONG_PAGE))
    assert draft.paragraphs() == PROSE + MORE
    assert "lines_guessed" not in draft.flags


def test_names_of_products_are_not_cut():
    sentences = [
        "The iPhone and the iPad run the same eBook reader, LibreRead, which McIntosh and DeLuca wrote for macOS and OpenBSD.",
        "YouTube, LinkedIn and WordPress all load PhotoWall, and so does every HelpDesk that uses JavaScript or TypeScript.",
        "Buyers of the MacBook get PowerNap, FaceCall and AirLink, said a DeepWater analyst who has tried OpenDesk on ChromeOS.",
    ]
    draft = assert_accounted_for("\n".join(["Which eReader is best for OpenBSD?", *sentences, *PROSE]))
    assert draft.paragraphs()[-len(sentences + PROSE) :] == sentences + PROSE


@settings(deadline=None)
@given(st.text(max_size=300))
def test_words_are_the_text_without_its_white_space(text):
    found = find_words(text)
    assert "".join(found.words) == "".join(text.split())
    assert [
        text[at : at + len(word)] for at, word in zip(found.begins.tolist(), found.words, strict=True)
    ] == found.words


def test_words_are_glued_where_a_capital_stands_behind_a_small_letter():
    found = find_words("newsSport by Ann Lee15 June 2018The vote.Then BBC iPlayer")
    assert " ".join(found.words) == "news Sport by Ann Lee 15 June 2018 The vote. Then BBC iPlayer"
    assert np.flatnonzero(found.glued).tolist() == [1, 5, 8, 10]


def test_a_passage_that_stands_there_twice_has_edges():
    some = ["a", "b", "c", "d", "e", "f", "x", "c", "d", "e", "f", "y"]
    values = cut_features(Words(some, np.arange(len(some)), np.zeros(len(some), np.float32)), {})
    begins = next(
        n for n in range(values.shape[1]) if values[:, n].max() == 4 and values[1, n] == 4 and values[6, n] == 4
    )
    assert np.flatnonzero(values[:, begins]).tolist() == [1, 6]


@pytest.mark.parametrize(
    "text",
    [
        "Aa " * MOST_WORDS,
        "aA" * MOST_WORDS,
        "one two Three four. " * (MOST_WORDS // 5),
        " ".join(random.Random(1).choices(["Ab", "cd", "ef.", "7"], k=MOST_WORDS - 1)),
    ],
)
def test_long_lines_are_accounted_for(text):
    draft = strip_text(text)
    assert "".join("".join(piece.text.split()) for piece in draft.pieces) == "".join(text.split())
