"""Copy pasted twice loses its second copy; repetition that an author meant stays."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.draft import Draft, Piece
from tasks.repeats import mark_repeats

PARAGRAPHS = [
    " ".join(
        f"{word}{number}"
        for word in (
            "harbour",
            "council",
            "night",
            "vote",
            "water",
            "bridge",
            "ferry",
            "tide",
            "mayor",
            "school",
            "paper",
            "storm",
        )
    )
    for number in range(12)
]


def draft_of(paragraphs):
    return Draft(pieces=tuple(Piece(n, 0, text, "body", "prose") for n, text in enumerate(paragraphs, 1)))


def test_a_body_pasted_again_from_its_second_paragraph_is_taken_out():
    draft = mark_repeats(draft_of(PARAGRAPHS + PARAGRAPHS[1:]))
    assert draft.paragraphs() == PARAGRAPHS
    assert draft.flags == ("repeated_body",)
    assert {piece.kind for piece in draft.pieces[12:]} == {"repeated"}


def test_small_differences_do_not_hide_the_second_copy():
    edited = [text.replace("water", "sea").replace("storm", "gale") for text in PARAGRAPHS[1:]]
    del edited[4]
    assert mark_repeats(draft_of(PARAGRAPHS + edited)).paragraphs() == PARAGRAPHS


def test_what_is_new_behind_the_second_copy_stays():
    fresh = "A correction: the ferry sails on Mondays, and not on Tuesdays as we said."
    assert mark_repeats(draft_of([*PARAGRAPHS, *PARAGRAPHS, fresh])).paragraphs() == [*PARAGRAPHS, fresh]


def test_a_second_copy_in_the_same_line_is_cut_off():
    story = ". ".join(PARAGRAPHS) + "."
    draft = mark_repeats(draft_of([f"{story} {story}"]))
    assert draft.paragraphs() == [story]
    assert [(p.position, p.text, p.kind) for p in draft.pieces[1:]] == [(len(story) + 1, story, "repeated")]


def test_a_refrain_stays():
    refrain = "And the tide came in, as it always had."
    song = [text for paragraph in PARAGRAPHS for text in (paragraph, refrain)]
    draft = mark_repeats(draft_of(song))
    assert draft.paragraphs() == song
    assert draft.flags == ()


@given(st.lists(st.text(alphabet="abc ", max_size=40), max_size=30))
def test_no_piece_is_lost_and_the_first_copy_stays(paragraphs):
    before = draft_of(paragraphs)
    after = mark_repeats(before)
    assert "".join("".join(p.text.split()) for p in after.pieces) == "".join(
        "".join(p.text.split()) for p in before.pieces
    )
    assert after == mark_repeats(after) or "repeated_body" in after.flags
    if paragraphs and paragraphs[0].strip():
        assert after.pieces[0].kind == "body"


def test_a_second_copy_whose_first_words_are_edited_is_taken_out_whole():
    first = PARAGRAPHS[0].replace("council0", "board").replace("bridge0", "old bridge").replace("paper0 ", "")
    assert mark_repeats(draft_of([*PARAGRAPHS, first, *PARAGRAPHS[1:]])).paragraphs() == PARAGRAPHS


def test_rows_of_a_table_stay_and_a_whole_table_pasted_again_goes():
    rows = [f"{n % 12 + 1}/1/{2013 + n % 3} +{n * 7 % 40}.{n % 10}%" for n in range(36)]
    table = ["The ten hottest markets of the year, month by month, and how their prices changed.", *rows]
    compared = [*table, *PARAGRAPHS[:3], *rows]
    assert mark_repeats(draft_of(compared)).paragraphs() == compared
    assert mark_repeats(draft_of(table + table)).paragraphs() == table


def test_blurbs_of_products_stay():
    blurb = [
        f"Sold by {shop} under warranty for two years, delivered free of charge within the country." for shop in "ABC"
    ]
    guide = [text for n in range(4) for text in (PARAGRAPHS[3 * n], *PARAGRAPHS[3 * n + 1 : 3 * n + 3], *blurb)]
    assert mark_repeats(draft_of(guide)).paragraphs() == guide
