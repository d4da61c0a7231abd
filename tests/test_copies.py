"""Copies for other readers: AMP and print pages, `noscript`, hidden elements, teasers of what is for subscribers."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.document import take_apart
from schemas.document import Document, Given
from schemas.settings import Settings
from tests.conftest import copydesk

PROSE = [
    "The last ferry of the season left the north quay on Sunday with eleven passengers, four bicycles and a harp.",
    "“Nobody asked whose harp it was, and nobody on the boat could play it,” said Ida Holm, who sold the tickets.",
    "The crossing takes nineteen minutes in fair weather; in a south wind it may take an hour, or not happen at all.",
    "Next year the line will have one boat fewer, since the town could not agree on who should pay for its engine.",
    "Those who live on the island say that they have heard this before, and that they keep rowing boats for it.",
    "A meeting about the timetable will be held in the old customs house on the second Tuesday of November at seven.",
]
MORE = [
    "In the customs house a model of the first ferry stands under glass, with a crew of nine tin men and one tin dog.",
    "It was made by a pilot who had lost his sight and knew the boat by the sound that each of its planks gave.",
    "The harp has since been claimed by a school; it had been bought second-hand for a play about a drowned king.",
    "Rowing takes forty minutes each way, and the island's doctor, who is seventy, does so every Friday but one.",
    "Freight goes by barge: hay and paraffin out, seaweed and empty bottles home, and a cow when one is to be sold.",
    "The council's engineer thinks that a used engine from a trawler would do, if anyone could find such a trawler.",
    "Two were offered in spring, one of them on the bed of the sound, where it has been since the war.",
    "Asked what would happen in the worst case, the mayor looked out of the window for a while and named no case.",
]
TOP = "<h1>The last ferry carries a harp</h1><p class='byline'>By Bo Ek</p><time datetime='2026-10-25T18:00:00Z'>25 October 2026</time>"
ADDRESS = "https://www.northquay.example/2026/10/harp"
CANONICAL = f"<link rel='canonical' href='{ADDRESS}'>"
FIGURE = "<figure><img src='h.jpg'><figcaption>The harp on deck, unclaimed <span class='credit'>Photo: Ann Lee</span></figcaption></figure>"
CAPTIONS = [("The harp on deck, unclaimed", "Ann Lee")]


def paragraphs(texts=PROSE):
    return "".join(f"<p>{text}</p>" for text in texts)


def page(inside, head="", attributes="lang='en'", around=""):
    title = "<meta charset='utf-8'><title>The last ferry carries a harp</title>"
    return f"<!DOCTYPE html><html {attributes}><head>{title}{head}</head><body>{around}<article>{inside}</article></body></html>"


def read(html, **given):
    return take_apart(Document("0" * 64, "p.html", html.encode(), "text/html", given=Given(**given)), Settings())


# AMP and print -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "attributes"),
    [
        (f"{ADDRESS}/amp", "⚡ lang='en'"),
        (f"{ADDRESS}/amp/", "lang='en'"),
        (f"{ADDRESS}.amp.html", "lang='en'"),
        (f"{ADDRESS}?outputType=amp", "lang='en'"),
        (f"{ADDRESS}?amp=1", "lang='en'"),
        ("https://amp.northquay.example/2026/10/harp", "amp lang='en'"),
        ("https://www.northquay.example/a/8812", "amp lang='en'"),
        ("https://www-northquay-example.cdn.ampproject.org/c/s/www.northquay.example/2026/10/harp/amp", "amp"),
        ("https://www.google.com/amp/s/www.northquay.example/2026/10/harp/amp", "amp"),
        (f"{ADDRESS}?print=1", "lang='en'"),
        (f"{ADDRESS}/print", "lang='en'"),
        ("https://www.northquay.example/print/2026/10/harp", "lang='en'"),
        (f"{ADDRESS}?view=print", "lang='en'"),
    ],
)
def test_a_copy_for_phones_or_paper_is_its_article(url, attributes):
    _, article = read(page(TOP + paragraphs(), CANONICAL, attributes), url=url)
    assert (article.url, article.flags) == (ADDRESS, ())


@pytest.mark.parametrize(
    ("url", "attributes"),
    [
        ("https://www.southquay.example/news/harp", "lang='en'"),
        ("https://www.southquay.example/news/harp/amp", "amp"),
        (f"{ADDRESS}-and-its-printer", "lang='en'"),
        (f"{ADDRESS}?page=2", "lang='en'"),
    ],
)
def test_other_addresses_stay_as_given(url, attributes):
    _, article = read(page(TOP + paragraphs(), CANONICAL, attributes), url=url)
    assert (article.url, article.flags) == (url, ("given_differs:url",))


def test_a_copy_that_was_fetched_from_a_cache_is_its_article():
    cached = "https://www-northquay-example.cdn.ampproject.org/c/s/www.northquay.example/2026/10/harp/amp"
    html = page(TOP + paragraphs(), CANONICAL, "amp").encode()
    assert take_apart(Document("0" * 64, cached, html, "text/html"), Settings())[1].url == ADDRESS


def test_an_article_and_its_copies_are_one_article(tmp_path: Path):
    copies = {"page": ("", ADDRESS), "amp": ("amp ", f"{ADDRESS}/amp"), "print": ("", f"{ADDRESS}?print=1")}
    import json

    rows = [
        {"id": name, "url": url, "html": page(TOP + paragraphs(), CANONICAL, f"{mark}lang='en'")}
        for name, (mark, url) in copies.items()
    ]
    (tmp_path / "copies.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    warehouse = str(tmp_path / "w.duckdb")
    done = copydesk("ingest", str(tmp_path / "copies.jsonl"), "--no-track", "--json", "--warehouse", warehouse)
    summary = json.loads(done.stdout)
    assert (summary["loaded"], summary["quarantined"]) == (1, 0), done.stderr


# noscript ------------------------------------------------------------------------------------------------------------

LAZY = "<div class='lazy'></div>"


@pytest.mark.parametrize(
    "picture",
    [
        f"{LAZY}<noscript>{FIGURE}</noscript>",
        f"{FIGURE}<noscript>{FIGURE}</noscript>",
        FIGURE.replace("<img src='h.jpg'>", f"{LAZY}<noscript><img src='h.jpg'></noscript>"),
        FIGURE.replace("<img src='h.jpg'>", "<amp-img src='h.jpg'><noscript><img src='h.jpg'></noscript></amp-img>"),
        f"{FIGURE}<template>{FIGURE}</template>",
        f"{FIGURE}<div hidden>{FIGURE}</div>",
        f"<div style='display: none'>{FIGURE}</div>{FIGURE}",
    ],
)
def test_a_caption_is_there_once(picture):
    draft, article = read(page(TOP + paragraphs(PROSE[:3]) + picture + paragraphs(PROSE[3:])))
    assert [(c.text, c.credit) for c in article.captions] == CAPTIONS
    assert draft.paragraphs() == PROSE


def test_a_body_that_only_noscript_holds_is_not_lost():
    whole = f"<article>{TOP}{paragraphs()}</article>"
    draft, _ = read(f"<html lang='en'><body><div id='app'></div><noscript>{whole}</noscript></body></html>")
    assert draft.paragraphs() == PROSE


def test_what_asks_for_scripts_is_no_copy():
    asks = "<noscript><p>Please switch on JavaScript to see this page as it was meant to be seen.</p></noscript>"
    draft, _ = read(page(TOP + paragraphs() + asks))
    assert draft.paragraphs() == PROSE
    assert all("JavaScript" not in piece.text for piece in draft.pieces)


COPIES = ["<noscript>{}</noscript>", "<template>{}</template>", "<div hidden>{}</div>",
          "<div style='display:none'>{}</div>", "<div class='phone' style='color: red; DISPLAY : none;'>{}</div>"]  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    copy=st.sampled_from(COPIES),
    which=st.lists(st.sampled_from(range(len(PROSE))), unique=True).map(sorted),
    is_first=st.booleans(),
    with_top=st.booleans(),
    prose=st.sampled_from([PROSE, PROSE + MORE]),
)
def test_whatever_is_copied_the_body_is_there_once(copy, which, is_first, with_top, prose):
    twin = copy.format((TOP if with_top else "") + paragraphs([prose[n] for n in which]))
    inside = TOP + paragraphs(prose)
    draft, article = read(page(inside, around=twin) if is_first else page(inside + twin))
    assert draft.paragraphs() == prose
    assert "repeated_body" not in article.flags
    assert article.title == "The last ferry carries a harp"


@pytest.mark.parametrize("hide", ["hidden", "style='display:none'", "class='more' style='visibility: hidden'"])
@pytest.mark.parametrize("shown", [0, 2])
def test_what_only_a_hidden_element_holds_is_not_lost(hide, shown):
    rest = f"<div {hide}>{paragraphs(PROSE[shown:])}</div>"
    assert read(page(TOP + paragraphs(PROSE[:shown]) + rest))[0].paragraphs() == PROSE


# What is for subscribers ----------------------------------------------------------------------------------------------

GATE = "<div class='gate'><p>Subscribe to read the rest of this article.</p></div>"
NOT_FREE = [
    '{"@type": "NewsArticle", "headline": "The last ferry carries a harp", "isAccessibleForFree": false}',
    '{"@type": "NewsArticle", "headline": "The last ferry carries a harp", "isAccessibleForFree": "False"}',
    '{"@type": "NewsArticle", "headline": "The last ferry carries a harp", "isAccessibleForFree": ["No"]}',
    '{"@type": "NewsArticle", "headline": "X", "isAccessibleForFree": "http://schema.org/False"}',
]
PARTLY = [
    '[{"@type": "NewsArticle", "headline": "X"}, {"@type": "WebPage", "isAccessibleForFree": false}]',
    '{"@type": "NewsArticle", "headline": "X", "hasPart": {"@type": "WebPageElement", "isAccessibleForFree": "False"}}',
    '{"@type": "NewsArticle", "headline": "X", "hasPart": [{"isAccessibleForFree": true}, {"isAccessibleForFree": false}]}',
]


def data(text):
    return f'<script type="application/ld+json">{text}</script>'


@pytest.mark.parametrize("text", NOT_FREE)
def test_a_teaser_is_a_stub_whatever_the_words_for_no(text):
    assert read(page(TOP + paragraphs(PROSE[:2]), data(text)))[1].reasons == ("paywall_stub",)


def test_microdata_and_the_tier_say_so_too():
    meta = "<meta property='article:content_tier' content='locked'>"
    assert read(page(TOP + paragraphs(PROSE[:2]), meta))[1].reasons == ("paywall_stub",)
    free = "<meta property='article:content_tier' content='free'>"
    assert read(page(TOP + paragraphs(PROSE[:2]), free))[1].outcome == "accepted"
    inside = "<meta itemprop='isAccessibleForFree' content='false'>" + TOP + paragraphs(PROSE[:2])
    assert read(page(inside))[1].reasons == ("paywall_stub",)


@pytest.mark.parametrize("text", [*NOT_FREE, *PARTLY])
def test_a_whole_article_that_is_not_free_is_whole(text):
    _, article = read(page(TOP + paragraphs(PROSE + MORE), data(text)))
    assert (article.outcome, article.flags) == ("accepted", ())


@pytest.mark.parametrize("text", [*NOT_FREE, *PARTLY])
@pytest.mark.parametrize("end", ["The mayor, who had said nothing until then, rose and…", "He rose and said that the",
                                 "The mayor rose…”"])  # fmt: skip
def test_one_that_breaks_off_is_said_to(text, end):
    _, article = read(page(TOP + paragraphs([*PROSE, *MORE, end]) + GATE, data(text)))
    assert (article.outcome, article.flags) == ("accepted", ("truncated",))
    assert "truncated" not in read(page(TOP + paragraphs([*PROSE, *MORE, end])))[1].flags


def test_one_with_many_more_words_by_its_own_count_is_cut():
    text = NOT_FREE[0].replace("false", 'false, "wordCount": {}')
    for count, flags in (('"1200"', ("truncated",)), ("1200", ("truncated",)), ("290", ()), ('"many"', ()), ("[]", ())):
        _, article = read(page(TOP + paragraphs(PROSE + MORE), data(text.replace("{}", count))))
        assert article.flags == flags, count
