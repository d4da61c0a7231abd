"""The normalise step: raw words of a draft into the fields of the record."""

import dataclasses
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.article import Removed
from schemas.document import Document, Given
from schemas.draft import Byline, Caption, Draft, Piece
from schemas.errors import UsageError
from tasks._publishers import find_publisher
from tasks._urls import canonical_url, domain_of
from tasks.normalise import normalise

NOW = datetime(2024, 5, 1, tzinfo=UTC)
ENGLISH = "The harbour office said on Monday that the new ferry would sail before the end of the month, as planned."


def article(draft: Draft | None = None, *, origin: str = "a.txt", **given):
    document = Document("0" * 64, origin, b"", "text/plain", given=Given(**given), received_at=NOW)
    return normalise(draft or Draft(), document)


def body(*paragraphs: str, **more) -> Draft:
    return Draft(pieces=tuple(Piece(n, 0, p, "body", "test") for n, p in enumerate(paragraphs, 1)), **more)


def test_body_and_fields_are_cleaned_but_printed_as_they_were():
    draft = body(
        "  “Cafe\u0301”\u00a0– he\u200b said ", "", "Two\x07\tthree",
        title="Fish &amp;amp; chips ", section=" News ", tags=("Ferry", "ferry", " Harbour "),
        standfirst="A  line", captions=(Caption(" The  quay ", ""), Caption("The quay", None), Caption(None, "A. Lee")),
    )  # fmt: skip
    found = article(draft)
    assert found.outcome == "accepted"
    assert found.body == "“Café” – he said\n\nTwo three"
    assert found.word_count == 5
    assert (found.title, found.standfirst, found.section) == ("Fish & chips", "A line", "News")
    assert found.tags == ("Ferry", "Harbour")
    assert found.captions == (Caption("The quay", None), Caption(None, "A. Lee"))


def test_what_was_taken_out_is_listed_verbatim():
    draft = Draft(
        pieces=(
            Piece(1, 4, "  By\u00a0 Ann Lee ", "byline", "by"), Piece(2, 0, "Body.", "body", "prose"),
            Piece(3, 0, "Share", "share_prompt", "phrase"), Piece(None, 7, " Menu ", "navigation", "block"),
        )
    )  # fmt: skip
    assert article(draft).removed == (
        Removed(1, 6, "By\u00a0 Ann Lee", "byline", "by"),
        Removed(3, 0, "Share", "share_prompt", "phrase"),
        Removed(None, 7, "Menu", "navigation", "block"),
    )


def test_a_document_that_says_nothing():
    found = article()
    assert (found.title, found.published_at, found.source, found.url, found.language) == (None,) * 5
    assert found.flags == ("missing_title", "missing_date")


# --- given -------------------------------------------------------------------------------------------------------

FOUND = body(
    ENGLISH, title="Ferry sails", bylines=(Byline("By Ann Lee"),), published=("22 April 2024 14:05 BST",),
    language="en-GB", url="https://www.harbour.example/ferry", source="The Harbour Standard",
)  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "name", "result"),
    [
        ("title", "Ferry sinks", "title", "Ferry sinks"),
        ("authors", ("BO EK",), "authors", ("Bo Ek",)),
        ("published_at", "2024-04-21", "published_on", date(2024, 4, 21)),
        ("published_at", "1713700000", "published_on", date(2024, 4, 21)),
        ("language", "de", "language", "de"),
        ("url", "https://other.example/x", "url", "https://other.example/x"),
        ("source", "Daily X", "source", "Daily X"),
    ],
)
def test_given_wins_and_a_difference_is_flagged(field, value, name, result):
    found = article(FOUND, **{field: value})
    assert getattr(found, name) == result
    assert found.flags == (f"given_differs:{field}",)


@pytest.mark.parametrize(
    "given",
    [
        {"title": "“FERRY  sails”"}, {"authors": ("ann lee",)}, {"published_at": "2024-04-22"},
        {"published_at": "2024-04-22T13:05:30Z"}, {"published_at": "2024-04-22 15:05"}, {"language": "eng"},
        {"url": "harbour.example/ferry/?utm_source=x#top"}, {"source": "Harbour Standard"}, {},
    ],
)  # fmt: skip
def test_the_same_in_other_words_is_no_difference(given):
    assert article(FOUND, **given).flags == ()


def test_given_that_cannot_be_read_leaves_what_was_found():
    found = article(FOUND, published_at="soon", url="javascript:void(0)", language="?", authors=("admin",), title=" ")
    assert found.published_on == date(2024, 4, 22)
    assert (found.url, found.language, found.authors) == ("https://www.harbour.example/ferry", "en", ("Ann Lee",))
    assert found.title == "Ferry sails"


# --- source, url, language ---------------------------------------------------------------------------------------


def test_the_source_as_given_else_as_printed_else_the_domain():
    assert article(FOUND, source="Row").source == "Row"
    assert article(FOUND).source == "The Harbour Standard"
    assert article(dataclasses.replace(FOUND, source=None)).source == "harbour.example"
    assert article(origin="https://www.lantern.example/a?utm_source=x").source == "lantern.example"


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://Www.Lantern.Example:443/a/?utm_source=x&id=3&fbclid=1#frag", "https://www.lantern.example/a/?id=3"),
        ("lantern.example/x", "https://lantern.example/x"),
        ("//lantern.example/x", "https://lantern.example/x"),
        ("https://ann:secret@lantern.example/a b", "https://lantern.example/a%20b"),
        ("lantern.example:8080/x", "https://lantern.example:8080/x"),
        ("http://localhost:8000/a", "http://localhost:8000/a"),
        ("https://lantern.example/#!/story/1", "https://lantern.example/#!/story/1"),
        ("javascript:void(0)", None), ("mailto:a@b.example", None), ("/x/y", None), ("https://[::1", None),
        ("http://exa mple.com/", None), ("https://lantern.example:99999/a", None), ("data:text/html,x", None),
        ("story", None), ("", None), (None, None), ("https://lantern.example/" + "x" * 3000, None),
    ],
)  # fmt: skip
def test_canonical_urls(url, canonical):
    assert canonical_url(url) == canonical


@given(st.text(max_size=60).map("https://lantern.example/".__add__) | st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_no_url_raises_and_a_canonical_one_is_stable(url):
    found = canonical_url(url)
    assert found is None or found.startswith(("http://", "https://"))
    domain_of(found)


@pytest.mark.parametrize(
    ("text", "stated", "language"),
    [
        (ENGLISH, None, "en"),
        (ENGLISH, "de", "en"),
        ("Der Rat der Stadt hat am Montag beschlossen, die alte Brücke im Frühjahr zu sperren.", None, "de"),
        ("市議会は火曜日、図書館の閉鎖を決めた。", None, "ja"),
        ("Regjeringen sier at det ikke blir noe av planene om en ny vei gjennom dalen i år.", "nb-NO", "nb"),
        ("Ferry sails", None, None),
        ("Ferry sails", "en-GB", "en"),
        ("12 34 56 78 90 12", None, None),
    ],
)
def test_language(text, stated, language):
    assert article(body(text, language=stated)).language == language


def test_a_publishers_zone_is_for_times_that_name_none():
    found = article(Draft(published=("04/10/2024 14:05",), url="https://www.prairieledger.example/news/x"))
    assert (found.published_basis, found.published_offset_minutes) == ("source", -300)
    assert found.published_at == datetime(2024, 4, 10, 19, 5, tzinfo=UTC)
    assert article(Draft(published=("22 April 2024 14:05",), source="Tribune de Valmont")).published_basis == "source"


def test_a_publisher_file_that_is_wrong_is_named(tmp_path: Path):
    (tmp_path / "x.toml").write_text('name = "X"\nzone = "Europe/Nowhere"\n')
    with pytest.raises(UsageError, match=r"x\.toml.*Europe/Nowhere"):
        find_publisher("x.example", None, tmp_path)


# --- dates -------------------------------------------------------------------------------------------------------


def test_dates_of_a_page():
    found = article(Draft(published=("15/03/2014 02:32 GMT",), updated=("03/04/2014 18:56 BST",)))
    assert found.published_at == datetime(2014, 3, 15, 2, 32, tzinfo=UTC)
    assert (found.published_precision, found.published_basis, found.published_offset_minutes) == ("minute", "zone", 0)
    assert found.published_raw == "15/03/2014 02:32 GMT"
    assert found.updated_at == datetime(2014, 4, 3, 17, 56, tzinfo=UTC)
    assert (found.updated_precision, found.updated_raw) == ("minute", "03/04/2014 18:56 BST")


def test_the_order_of_numbers_is_the_pages():
    found = article(Draft(published=("03/04/2014",), updated=("03/15/2014",)))
    assert found.published_on == date(2014, 3, 4)


def test_the_order_of_numbers_is_that_of_other_dates_with_the_same_sign():
    others = body("The gauges were read on 3/15/2014, and again in the spring.", "The dam was closed on 15.03.2013.")
    assert article(dataclasses.replace(others, published=("3/4/2014",))).published_on == date(2014, 3, 4)
    assert article(dataclasses.replace(others, published=("3.4.2014",))).published_on == date(2014, 4, 3)


@pytest.mark.parametrize(("color", "month"), [("color", 3), ("colour", 4)])
def test_the_order_of_numbers_is_that_of_the_spelling(color, month):
    text = f"The town's board chose the {color} of the new ferry after a long meeting with all of its sailing clubs."
    assert article(body(text, published=("3/4/2014",))).published_on == date(2014, month, 7 - month)
    assert article(body(text, published=("3-4-2014",))).published_on == date(2014, 4, 3)


def test_a_numeric_date_still_to_come_is_read_in_the_other_order():
    assert article(Draft(published=("03/12/2024",))).published_on == date(2024, 3, 12)
    assert article(Draft(published=("03/04/2024",))).published_on == date(2024, 4, 3)


@pytest.mark.parametrize("raw", ["31/02/2014", "3 March 1620", "1 June 2031"])
def test_dates_that_cannot_be_are_left_out(raw):
    found = article(Draft(title="T", published=(raw,)))
    assert (found.published_at, found.published_raw, found.published_basis) == (None, None, None)
    assert found.flags == ("implausible_date", "missing_date")
    assert article(Draft(title="T", published=(raw, "22 April 2024"))).flags == ()


def test_a_bare_day_gives_way_to_the_same_day_with_a_time():
    found = article(Draft(published=("2024-04-22", "2024-04-23T10:00:00Z", "Monday 22 April 2024 14:05 BST")))
    assert found.published_at == datetime(2024, 4, 22, 13, 5, tzinfo=UTC)
    assert article(Draft(published=("2024-04-22", "2024-04-22T00:00:00Z"))).published_precision == "day"


def test_a_moment_of_utc_gives_way_to_the_same_on_the_local_clock():
    found = article(Draft(published=("2024-04-22T03:05:00Z", "2024-04-21T20:05:00-07:00", "2024-04-20T10:00:00+02:00")))
    assert (found.published_on, found.published_offset_minutes) == (date(2024, 4, 21), -420)


def test_ages_are_no_dates():
    assert article(Draft(title="T", published=("3 hours ago",))).flags == ("missing_date",)


# --- all of it ---------------------------------------------------------------------------------------------------


@given(
    st.builds(
        Draft,
        pieces=st.lists(st.builds(Piece, st.none() | st.integers(1, 9), st.integers(0, 9), st.text(max_size=40),
                                  st.sampled_from(["body", "other"]), st.just("r")), max_size=4).map(tuple),
        title=st.none() | st.text(max_size=40), bylines=st.lists(st.builds(Byline, st.text(max_size=40))).map(tuple),
        published=st.lists(st.text(max_size=40), max_size=2).map(tuple), url=st.none() | st.text(max_size=40),
        language=st.none() | st.text(max_size=8), flags=st.just(("unsure",)),
    )
)  # fmt: skip
@settings(max_examples=100, deadline=None)
def test_any_draft_gives_a_record(draft):
    found = article(draft)
    assert found.flags[0] == "unsure" and len(set(found.flags)) == len(found.flags)
    assert len(found.authors) == len(found.author_kinds)
    assert all(p and p == p.strip() for p in found.body.split("\n\n")) or not found.body
    assert [r.text for r in found.removed] == [
        p.text.strip() for p in draft.pieces if p.kind != "body" and p.text.strip()
    ]
    assert (found.published_at is None) == ("missing_date" in found.flags)
    found.as_record()


def test_it_is_fast():
    draft = dataclasses.replace(FOUND, pieces=body(*[ENGLISH] * 40).pieces, updated=("23 April 2024 10:00 BST",))
    article(draft)
    started = time.perf_counter()
    for _ in range(50):
        article(draft)
    assert (time.perf_counter() - started) / 50 < 0.01  # 1 ms on an idle core
