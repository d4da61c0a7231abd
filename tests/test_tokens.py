"""Words as numbers, and words looked for in all lines at once: the same as the patterns and the loops they stand for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tasks._text
from tasks._date_parts import DIGIT, find_groups
from tasks._needles import Needles
from tasks._text import WORD, count_words, number_words, read_tokens, words, words_hash

#: Letters, signs, digits; scripts without spaces; a mark, a letter and a sign beyond the basic plane; half a character.
TEXTS = st.text(alphabet="abZ19_é.'- \n\tßİ漢字กา่ひ\u0301\U0001d7d0\U00020000\U0001f600\ud800", max_size=80)


def read(text: str) -> list[tuple[str, int]]:
    """The words and their lines, from 0."""
    tokens = read_tokens(text)
    rows = zip(tokens.starts.tolist(), tokens.sizes.tolist(), tokens.lines.tolist(), strict=True)
    return [(text[start : start + size], line) for start, size, line in rows]


@given(TEXTS)
def test_tokens_are_the_words_of_the_pattern(text: str):
    found = [(word[0], text.count("\n", 0, word.start())) for word in WORD.finditer(text)]
    assert read(text) == found
    numbers = read_tokens(text).numbers.tolist()
    assert len(set(numbers)) == len({word for word, _ in found})
    assert numbers == number_words(word for word, _ in found).tolist()


@given(TEXTS)
def test_long_texts_have_the_words_of_the_pattern(text: str):
    long = f"{text} " * 20
    assert words(long) == WORD.findall(long)
    assert count_words(long) == len(WORD.findall(long))


def test_a_text_read_in_stretches_has_the_same_words(monkeypatch: pytest.MonkeyPatch):
    text = "One two,\nthree 漢字 four.\n\n" * 20
    whole, told = read(text), words_hash(text)
    monkeypatch.setattr(tasks._text, "_AT_ONCE", 30)
    assert read(text) == whole
    assert words_hash(text) == told


def test_beginnings_are_those_of_other_words():
    tokens = read_tokens("ferries ferry fer ferryman")
    places = tokens.starts.argsort()
    beginnings = tokens.beginnings(places, 5).tolist()
    assert beginnings[1] == beginnings[3] == tokens.numbers[1]
    assert beginnings[0] not in beginnings[1:]
    assert beginnings[2] == tokens.numbers[2]


@given(TEXTS, st.lists(st.text(alphabet="abZ19 漢ก\U0001d7d0", min_size=1, max_size=5), max_size=6))
def test_needles_are_found_in_their_lines(text: str, needles: list[str]):
    found = {(number, needle) for number, line in enumerate(text.split("\n")) for needle in needles if needle in line}
    assert set(Needles(dict.fromkeys(needles)).find(text)) == found


@given(st.text(alphabet="0123456789-/. Mayof,年'", max_size=24))
def test_asked_for_whole_days_only_the_same_are_found(text: str):
    dated = [group for group in find_groups(text)[0] if "D" in group.parts]
    found, _, _ = find_groups(text, only_dated=True)
    assert [str(group) for group in found if "D" in group.parts] == [str(group) for group in dated]
    assert not dated or DIGIT.search(text)
