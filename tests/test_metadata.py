"""Fields of an HTML page: JSON-LD, meta, time elements and the words near the headline."""

import pytest

from schemas.document import Document, Given
from schemas.draft import Byline, Draft
from tasks._json_ld import read_json_ld
from tasks._titles import without_outlet
from tasks.extract import extract_document

WORDS = (
    "<p>The harbour board voted on Tuesday to close the old swing bridge for a year while bearings are replaced.</p>"
    * 1
)
BODY = WORDS + "".join(
    f"<p>Ferry number {n} will run every twenty minutes between the two quays, and cyclists take it free.</p>"
    for n in range(5)
)


def read(
    head: str = "", top: str = "<h1>Swing bridge to close</h1>", bottom: str = "", url: str | None = None
) -> Draft:
    html = f"<html lang='en-GB'><head>{head}</head><body><article>{top}{BODY}</article>{bottom}</body></html>"
    found = extract_document(Document("0" * 64, "p.html", html.encode(), "text/html", given=Given(url=url)))
    assert isinstance(found, Draft)
    return found


def ld(json: str) -> str:
    return f'<script type="application/ld+json">{json}</script>'


FULL = """{"@context": "https://schema.org", "@graph": [
 {"@type": "WebSite", "name": "The Quay"},
 {"@type": "NewsArticle", "headline": "Swing bridge to close", "description": "Eleven months of ferries lie ahead.",
  "author": [{"@type": "Person", "name": "Ann Lee"}, {"@type": "Organization", "name": "The Quay"}],
  "datePublished": "2026-03-03T09:15:00+01:00", "dateModified": "2026-03-04T10:00:00+01:00", "articleSection": "Town",
  "keywords": ["bridge", "ferry"], "isAccessibleForFree": true,
  "publisher": {"@type": "Organization", "name": "The Quay"},
  "mainEntityOfPage": {"@id": "https://quay.example/bridge"}, "inLanguage": "en"}]}"""


def test_json_ld_gives_every_field():
    found = read(ld(FULL))
    assert found.title == "Swing bridge to close"
    assert found.standfirst == "Eleven months of ferries lie ahead."
    assert found.bylines == (Byline("Ann Lee", "person"), Byline("The Quay", "organisation"))
    assert found.published[0] == "2026-03-03T09:15:00+01:00"
    assert found.updated[0] == "2026-03-04T10:00:00+01:00"
    assert (found.section, found.tags, found.source) == ("Town", ("bridge", "ferry"), "The Quay")
    assert (found.url, found.language, found.page_type) == ("https://quay.example/bridge", "en-GB", "newsarticle")
    assert not found.is_teaser


@pytest.mark.parametrize(
    "text",
    [
        '{"@type": "NewsArticle", "headline": "A",}',
        '<!-- {"@type": "NewsArticle", "headline": "A"} -->',
        '//<![CDATA[\n{"@type": "NewsArticle", "headline": "A"}\n//]]>',
        '[{"@type": "NewsArticle", "headline": "A"}];',
        '{"@type": "NewsArticle", "headline": "A", "description": "two\nlines\tand a tab"}',
        '\ufeff{"@graph": [{"@type": "NewsArticle", "headline": "A"},]}',
    ],
)
def test_broken_json_ld_is_mended(text: str):
    assert "A" in [node.get("headline") for node in read_json_ld([text])]


@pytest.mark.parametrize("text", ["", "{", "null", "3", '"text"', "[[[]]]", "{'a': 1}", "[" * 5000])
def test_hopeless_json_ld_gives_nothing(text: str):
    assert read_json_ld([text]) == []


def test_one_broken_script_does_not_cost_the_others():
    assert read(ld("{broken") + ld(FULL)).published[0].startswith("2026-03-03")


def test_the_article_among_several_is_the_one_the_page_is_titled_with():
    other = (
        '[{"@type":"NewsArticle","headline":"Ferry firm'
        ' wins","datePublished":"2020-01-01"},'
        '{"@type":"NewsArticle","headline":"Swing bridge to close","datePublished":"2026-03-03"}'
        "]"
    )
    found = read(ld(other) + "<meta property='og:title' content='Swing bridge to close | The Quay'>")
    assert (found.title, found.published[0]) == ("Swing bridge to close", "2026-03-03")


def test_meta_elements_serve_where_json_ld_is_missing():
    found = read(
        "<meta property='og:title' content='Swing bridge to close - The Quay'>"
        "<meta property='og:site_name' content='The Quay'>"
        "<meta name='author' content='Ann Lee'><meta property='article:published_time' content='2026-03-03T08:15:00Z'>"
        "<meta property='article:modified_time' content='2026-03-04T08:15:00Z'>"
        "<meta property='article:section' content='Town'>"
        "<meta property='article:tag' content='bridge'><meta property='article:tag' content='ferry'>"
        "<meta property='og:type' content='Article'>"
        "<link rel='canonical' href='/bridge'>",
        url="https://quay.example/bridge?from=front",
    )
    assert found.title == "Swing bridge to close"
    assert found.bylines == (Byline("Ann Lee"),)
    assert (found.published, found.updated) == (("2026-03-03T08:15:00Z",), ("2026-03-04T08:15:00Z",))
    assert (found.section, found.tags, found.page_type) == ("Town", ("bridge", "ferry"), "article")
    assert (found.source, found.url) == ("The Quay", "https://quay.example/bridge")


def test_printed_byline_date_and_standfirst_near_the_headline():
    top = (
        "<h1>Swing bridge to close</h1><p class='standfirst'>Eleven months of ferries lie ahead for the town.</p>"
        "<div class='meta'><p>By Ann Lee</p><time datetime='2026-03-03T09:15+01:00'>3 March 2026</time></div>"
    )
    found = read(top=top)
    assert found.standfirst == "Eleven months of ferries lie ahead for the town."
    assert [b.text for b in found.bylines] == ["By Ann Lee"]
    assert found.published[0] == "2026-03-03T09:15+01:00"


def test_dates_of_footers_and_other_stories_are_no_evidence():
    bottom = "<footer><p>Updated 1 January 2019</p><time datetime='2018-05-05'>5 May 2018</time></footer>"
    found = read(
        top="<h1>Swing bridge to close</h1>", bottom="<div>" + "<p>Some other story</p>" * 20 + "</div>" + bottom
    )
    assert found.published == () and found.updated == ()


def test_nothing_said_gives_nothing():
    found = read(top="")
    assert (found.title, found.standfirst, found.source, found.url, found.section) == (None, None, None, None, None)
    assert (found.bylines, found.published, found.updated, found.tags) == ((), (), (), ())


def test_by_in_running_text_is_no_byline():
    top = "<h1>Swing bridge to close</h1><p>The plan was drawn up by Ann Lee and two others over the winter months.</p>"
    assert read(top=top).bylines == ()


def test_addresses_are_no_authors():
    assert read("<meta property='article:author' content='https://social.example/quay'>").bylines == ()


@pytest.mark.parametrize(
    ("title", "source", "clean"),
    [
        ("Swing bridge to close | The Quay", None, "Swing bridge to close"),
        ("Swing bridge to close - The Quay", "The Quay", "Swing bridge to close"),
        ("The Quay - Swing bridge to close", "The Quay", "Swing bridge to close"),
        (
            "Swing bridge to close for a year – and nobody likes what comes after",
            None,
            "Swing bridge to close for a year – and nobody likes what comes after",
        ),
        ("Bridge", None, "Bridge"),
        (None, "The Quay", None),
    ],
)
def test_outlet_is_cut_from_a_page_title(title: str | None, source: str | None, clean: str | None):
    assert without_outlet(title, source) == clean


def test_the_printed_headline_wins_over_a_search_title():
    found = read(
        "<meta property='og:title' content='Bridge closure 2026: all you need to know'>",
        top="<h1>Town faces a year without its bridge</h1>",
    )
    assert found.title == "Town faces a year without its bridge"
