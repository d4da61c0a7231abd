"""extract_document: body, captions, removed pieces and odd input."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.document import Document, Given
from schemas.draft import BODY, Draft
from schemas.outcome import KINDS, Refusal
from tasks._figures import split_credit
from tasks._text import folded_words
from tasks.extract import extract_document

PROSE = [
    "The harbour board voted on Tuesday to close the old swing bridge for a year while its bearings are replaced.",
    "Ferries will run every twenty minutes between the two quays, and cyclists may take them without paying a fare.",
    "“We looked at every other way, and each of them cost more,” said Marta Lind, who chairs the board.",
    "Shopkeepers on the north side fear for their summer trade and have asked the council for a cut in their rents.",
    "The bridge, built in 1931, opens for ships some four thousand times a year and has failed twice since January.",
    "Work begins on the third of May, and the board expects to reopen one lane before the Christmas market.",
]


def page(body: str, head: str = "") -> Document:
    html = f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'>{head}</head><body>{body}</body></html>"
    return document(html.encode())


def document(content: bytes, **given: str) -> Document:
    return Document("0" * 64, "page.html", content, "text/html", given=Given(**given))


def draft(doc: Document) -> Draft:
    found = extract_document(doc)
    assert isinstance(found, Draft)
    return found


def article(inside: str, around: str = "") -> str:
    return (
        f"<nav><ul><li><a href='/'>Home</a></li><li><a href='/sport'>Sport</a></li></ul></nav>{around}"
        f"<article>{inside}</article><footer>© 2026 The Quay. All rights reserved.</footer>"
    )


def paragraphs(texts: list[str] = PROSE) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def removed(found: Draft) -> dict[str, str]:
    return {piece.text: piece.kind for piece in found.pieces if piece.kind != BODY}


def test_body_is_the_article_and_nothing_else():
    found = draft(page(article("<h1>Swing bridge to close</h1>" + paragraphs())))
    assert found.paragraphs() == PROSE
    assert found.title == "Swing bridge to close"
    assert removed(found)["Swing bridge to close"] == "title"
    assert removed(found)["Home"] == "navigation"
    assert removed(found)["© 2026 The Quay. All rights reserved."] == "legal"


def test_subheads_lists_quotes_and_tables_stay():
    inside = (
        paragraphs(PROSE[:2])
        + "<h2>What changes</h2><ul><li>Ferries every twenty minutes</li><li>No fare for bicycles on board</li></ul>"
        + paragraphs(PROSE[2:4])
        + f"<blockquote><p>{'Nobody asked the people who cross it every morning. ' * 2}</p></blockquote>"
        + "<table><tr><th>Year</th><th>Openings</th></tr><tr><td>2024</td><td>3,900</td></tr></table>"
        + paragraphs(PROSE[4:])
    )
    body = draft(page(article(inside))).paragraphs()
    assert "What changes" in body
    assert "Ferries every twenty minutes" in body and "No fare for bicycles on board" in body
    assert any(p.startswith("Nobody asked") for p in body)
    assert "2024 | 3,900" in body
    assert body.index("What changes") < body.index(PROSE[3])


def test_line_breaks_divide_paragraphs_only_after_a_stop_or_in_pairs():
    text = (
        f"{PROSE[0]}<br>{PROSE[1]}<br><br>A line that is<br>broken by hand, as poems and addresses are, in the middle."
    )
    body = draft(page(article(f"<p>{text}</p>" + paragraphs(PROSE[2:])))).paragraphs()
    assert body[:2] == PROSE[:2]
    assert body[2] == "A line that is broken by hand, as poems and addresses are, in the middle."


def test_caption_and_credit_are_apart_and_out_of_the_body():
    figure = (
        "<figure><img src='b.jpg'><figcaption>The swing bridge at dusk "
        "<span class='credit'>Photo: Ida Holm</span></figcaption></figure>"
    )
    box = (
        "<div class='wp-caption'><img src='c.jpg'>"
        "<p class='wp-caption-text'>Ferries wait at the north quay. (PA)</p></div>"
    )
    found = draft(page(article(paragraphs(PROSE[:3]) + figure + paragraphs(PROSE[3:5]) + box + paragraphs(PROSE[5:]))))
    assert [(c.text, c.credit) for c in found.captions] == [
        ("The swing bridge at dusk", "Ida Holm"),
        ("Ferries wait at the north quay.", "PA"),
    ]
    assert found.paragraphs() == PROSE


LEGEND = "The swing bridge at dusk, seen from the quay"
BOXES = [
    # A box for a picture, or words beside one that are called its text.
    f"<div class='media'><div class='media-info'><img src='b.jpg'><p class='infotext'>{LEGEND}</p></div></div>",
    f"<div class='story-lead'><img src='b.jpg'><div><p class='img-description'>{LEGEND}</p></div></div>",
    f"<div class='wrap'><span class='legend'>{LEGEND}</span><img src='b.jpg'></div>",
    f"<div class='carousel'><div class='slide'><img src='b.jpg'><p class='slide-description'>{LEGEND}</p></div></div>",
    # What the picture says itself, printed near it.
    f"<div class='x1'><picture><img src='b.jpg' alt='{LEGEND}'></picture><span>{LEGEND}</span></div>",
    f"<div><div><img src='b.jpg' data-caption='{LEGEND}'></div><div><small>{LEGEND}</small></div></div>",
]


@pytest.mark.parametrize("box", BOXES)
def test_words_beside_a_picture_are_its_caption(box: str):
    found = draft(page(article(paragraphs(PROSE[:3]) + box + paragraphs(PROSE[3:]))))
    assert [c.text for c in found.captions] == [LEGEND]
    assert found.paragraphs() == PROSE


@pytest.mark.parametrize(
    "box",
    [
        # A portrait's name, a teaser, a headline, and a picture whose words only its `alt` says.
        "<div class='writer'><img src='a.jpg' alt='Ann Maria Lee'><span>Ann Maria Lee</span></div>",
        f"<div class='card'><a href='/x'></a><img src='b.jpg' alt='{LEGEND}'><span>{LEGEND}</span></div>",
        f"<div class='image-text'><a href='/x'><img src='b.jpg'><span>{LEGEND}</span></a></div>",
        f"<div class='image-text'><h3>{LEGEND}</h3><img src='b.jpg'></div>",
        f"<div><img src='b.jpg' alt='{LEGEND}'></div>",
    ],
)
def test_other_words_beside_a_picture_are_none(box: str):
    assert draft(page(article(paragraphs(PROSE[:3]) + box + paragraphs(PROSE[3:])))).captions == ()


def test_copy_that_a_picture_repeats_stays():
    picture = f"<img src='b.jpg' alt='{PROSE[1]}'>"
    found = draft(page(article(paragraphs(PROSE[:1]) + picture + paragraphs(PROSE[1:]))))
    assert (found.paragraphs(), found.captions) == (PROSE, ())


@pytest.mark.parametrize(
    ("text", "caption", "credit"),
    [
        ("A ferry at dusk. Photograph: Ida Holm/The Quay", "A ferry at dusk.", "Photograph: Ida Holm/The Quay"),
        ("A ferry at dusk (Photo by Ida Holm)", "A ferry at dusk", "Photo by Ida Holm"),
        ("Eine Fähre am Abend. Foto: Ida Holm/dpa", "Eine Fähre am Abend.", "Foto: Ida Holm/dpa"),
        ("A ferry at dusk. Ida Holm/Getty Images", "A ferry at dusk.", "Ida Holm/Getty Images"),
        ("A ferry at dusk. (AP Photo/Ida Holm)", "A ferry at dusk.", "AP Photo/Ida Holm"),
        ("A ferry at dusk © Ida Holm", "A ferry at dusk", "© Ida Holm"),
        ("Un bac au crépuscule. Crédit photo : Ida Holm", "Un bac au crépuscule.", "Crédit photo : Ida Holm"),
        ("Паром в сумерках. Фото: Ида Холм", "Паром в сумерках.", "Фото: Ида Холм"),
        ("Το πλοίο το βράδυ. Φωτογραφία: Ίδα Χολμ", "Το πλοίο το βράδυ.", "Φωτογραφία: Ίδα Χολμ"),
        ("العبارة عند الغروب. تصوير: عائدة حلمي", "العبارة عند الغروب.", "تصوير: عائدة حلمي"),
        ("Мы долго смотрели на фото: паром стоял", "Мы долго смотрели на фото: паром стоял", None),
        ("The board met on Tuesday (behind closed doors)", "The board met on Tuesday (behind closed doors)", None),
        ("The board took AP to the quay and said nothing.", "The board took AP to the quay and said nothing.", None),
    ],
)
def test_credit_is_split_from_the_end_of_a_caption(text: str, caption: str, credit: str | None):
    assert split_credit(text) == (caption, credit)


def test_prompts_links_and_comments_are_taken_out_with_a_kind():
    inside = (
        paragraphs(PROSE[:2])
        + "<div class='newsletter-box'><p>Get our morning letter, five stories to start the day.</p></div>"
        + paragraphs(PROSE[2:4])
        + "<p><a href='/x'>Read more: Ferry firm wins the contract for the north quay</a></p>"
        + paragraphs(PROSE[4:])
        + "<section class='comments'><p>I crossed that bridge for forty years and never saw it repaired.</p></section>"
    )
    found = draft(page(article(inside)))
    assert found.paragraphs() == PROSE
    kinds = removed(found)
    assert kinds["Get our morning letter, five stories to start the day."] == "subscribe_prompt"
    assert kinds["Read more: Ferry firm wins the contract for the north quay"] == "related_links"
    assert kinds["I crossed that bridge for forty years and never saw it repaired."] == "comment"


def test_a_sentence_that_comes_twice_stays_twice():
    twice = (
        "The bridge will close, the bridge must close, and the bridge has closed before, as everyone on the quay knows."
    )
    body = draft(page(article(paragraphs([*PROSE[:3], twice, *PROSE[3:], twice])))).paragraphs()
    assert body.count(twice) == 2


def test_equal_paragraphs_in_a_row_do_not_collapse():
    again = "We will not close the bridge, said the speaker, and the whole room said it with her, louder every time."
    body = draft(page(article(paragraphs([*PROSE, *[again] * 6])))).paragraphs()
    assert body.count(again) == 6


def test_body_behind_a_paywall_class_is_kept():
    found = draft(page(article(f"<div class='paywall'>{paragraphs()}</div>")))
    assert found.paragraphs() == PROSE


def test_a_teaser_says_so():
    ld = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"X","isAccessibleForFree":"no"}</script>'
    assert draft(page(article("<h1>Swing bridge to close</h1>" + paragraphs(PROSE[:2])), ld)).is_teaser
    assert not draft(page(article("<h1>Swing bridge to close</h1>" + paragraphs()))).is_teaser


def test_every_word_of_the_page_is_in_some_piece():
    inside = (
        "<h1>Swing bridge to close</h1><p class='dek'>Eleven months of ferries lie ahead for the town"
        "</p>" + paragraphs() + "<div>Loose words <b>here</b></div>"
    )
    doc = page(article(inside, "<div class='promo'><a href='/a'>Ten quays to see this summer</a></div>"))
    found = draft(doc)
    words = {word for piece in found.pieces for word in folded_words(piece.text)}
    assert {"loose", "here", "eleven", "quays", "sport", "rights", "swing", "bearings"} <= words
    assert [p.position for p in found.pieces] == list(range(len(found.pieces)))
    assert all(p.kind in (*KINDS, BODY) and p.rule and p.line is None for p in found.pieces)


def test_pieces_are_in_document_order():
    found = draft(page(article("<h1>Swing bridge to close</h1>" + paragraphs())))
    texts = [p.text for p in found.pieces]
    assert texts == ["Home", "Sport", "Swing bridge to close", *PROSE, "© 2026 The Quay. All rights reserved."]


def test_confidence_and_unsure():
    sure = draft(page(article(paragraphs())))
    assert sure.confidence > 0.7 and "unsure" not in sure.flags
    scattered = draft(page("<div><p>A few words only.</p></div>"))
    assert scattered.confidence < 0.5


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   \n",
        b"\x00\x00\x00\x00",
        b"<",
        b"<html></html>",
        b"<html><frameset cols='50%,50%'><frame src='a.html'></frameset></html>",
        b"<?xml version='1.0'?><rss><channel><title>Quay</title><item><title>One</title></item></channel></rss>",
        b"<html><body><p>\x00A\x01 word\xff</p></body></html>",
        b"<html><head><script type='application/ld+json'>{broken</script></head><body><h1></h1></body></html>",
        b"<p>" * 3000 + b"deep",
        b"<div>" * 3000 + b"deep",
        b"<html amp><body><amp-img></amp-img><article><p>Short.</p></article></body></html>",
    ],
)
def test_odd_input_gives_a_value(content: bytes):
    assert isinstance(extract_document(document(content)), (Draft, Refusal))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<div>",
                "</div>",
                "<table>",
                "<tr>",
                "<td>",
                "<ul><li>",
                "<figure>",
                "<br>",
                "<h1>",
                "</h1>",
                "<a href=x>",
                "</a>",
                "<time>",
                "<script>",
                "</script>",
                "<!--",
                "-->",
                "word ",
                "A sentence of words. ",
                "\x00",
                "&nbsp;",
                "é",
            ]
        ),
        max_size=40,
    )
)
def test_any_tag_soup_gives_a_value(parts: list[str]):
    found = extract_document(document("".join(["<html><body>", *parts]).encode()))
    assert isinstance(found, (Draft, Refusal))


@pytest.mark.parametrize(
    "unit",
    [
        "<p>Some words of a paragraph that goes on.</p>",
        "<tr><td>cell</td><td>other</td></tr>",
        "<li><a href=x>link</a></li>",
    ],
)
def test_time_grows_with_the_page_not_faster(unit: str):
    def seconds(count: int) -> float:
        start = time.process_time()
        extract_document(page(f"<div>{unit * count}</div>"))
        return time.process_time() - start

    seconds(200)
    small, large = seconds(3000), seconds(12000)
    assert large < 12 * small + 0.5


def test_comments_go_however_much_longer_than_the_article_they_are():
    comment = "<li class='comment'><div class='comment-author'>Jo Park {0} says:</div><div class='comment-content'>{1}</div></li>"
    told = [
        f"I have crossed that bridge for {n} years, and what the council said in {1990 + n} was that it would be mended. "
        f"It was not, and {n} of my neighbours wrote to the newspaper about it before anyone answered us at all."
        for n in range(2, 12)
    ]
    comments = "".join(comment.format(n, paragraphs([text])) for n, text in enumerate(told))
    found = draft(page(article(paragraphs(PROSE[:3]) + f"<ol class='comment-list'>{comments}</ol>")))
    assert found.paragraphs() == PROSE[:3]
    assert {removed(found)[text] for text in told} == {"comment"}
