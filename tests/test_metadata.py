"""Fields of an HTML page: JSON-LD, meta, time elements and the words near the headline."""

import pytest

from schemas.document import Document, Given
from schemas.draft import Byline, Draft
from tasks._json_ld import read_json_ld
from tasks._names import read_authors
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
    assert (found.url, found.language) == ("https://quay.example/bridge", "en-GB")
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
    assert (found.section, found.tags) == ("Town", ("bridge", "ferry"))
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


@pytest.mark.parametrize(
    ("head", "top", "title"),
    [
        # The outlet's name as h1, by its words or by its link to the front page.
        ("<meta property='og:title' content='Ferry strike ends'><meta property='og:site_name' content='The Quay'>",
         "<h1>The Quay</h1><h2>Ferry strike ends</h2>", "Ferry strike ends"),
        ("<title>Ferry strike ends after nine days</title>",
         "<h1><a href='/'>Notes from the harbour</a></h1><h2>Ferry strike ends after nine days</h2>",
         "Ferry strike ends after nine days"),
        # A kicker before the headline.
        ("<meta property='og:title' content='Crews return to work on Monday'>",
         "<h1><span>Ferry strike: </span>Crews return to work on Monday</h1>", "Crews return to work on Monday"),
        ("<meta property='og:title' content='Best bridge in the county'>",
         "<h1>The best bridge in the county</h1>", "The best bridge in the county"),
        # Lines that only their elements hold apart.
        ("", "<h1><span>Ferry strike</span><span>Crews return to work</span></h1>", "Ferry strike Crews return to work"),
        ("", "<h1>Ferry strike<br>crews return</h1>", "Ferry strike crews return"),
        # A dash in the printed headline sets off no outlet.
        ("<meta property='og:title' content='Ferry strike ends in Dunmore – all return'>",
         "<h1>Ferry strike ends in Dunmore – all return</h1>", "Ferry strike ends in Dunmore – all return"),
        # An h1 that has nothing to do with the page's title.
        ("<meta property='og:title' content='Crews return to work on Monday morning'>",
         "<h1>A word from our founder</h1>", "Crews return to work on Monday morning"),
        ("<meta property='og:title' content='Ferry crews return to work on Monday'>",
         "<h1>FERRY CREWS TO RETURN</h1>", "Ferry crews return to work on Monday"),
    ],
)  # fmt: skip
def test_the_headline_is_told_from_what_stands_around_it(head: str, top: str, title: str):
    assert read(head, top).title == title


def test_a_blogs_search_headline_yields_to_the_title_that_it_prints():
    head = ld('{"@type": "Article", "headline": "Bridges explained"}')
    head += "<meta property='og:title' content='Why the swing bridge has to close'>"
    assert read(head, "<h1>Why the swing bridge has to close</h1>").title == "Why the swing bridge has to close"


BYLINES = [
    ("<p>By</p><p>Ann Lee</p>", ["Ann Lee"]),
    ("<div>Written by:</div><div>Ann Lee</div>", ["Ann Lee"]),
    ("<p><span>By</span><span>Ann Lee</span></p>", ["Ann Lee"]),
    ("<div class='post__authorname'>Ann Lee</div>", ["Ann Lee"]),
    ("<div class='card-author'><div><div class='name'>Ann Lee</div></div></div>", ["Ann Lee"]),
    ("<p><a href='/authors/ann-lee'>Ann Lee</a></p>", ["Ann Lee"]),
    ("<ul class='entry-meta'><li>Town</li><li>Ann Lee</li></ul>", ["Ann Lee"]),
    ("<div class='author'><span>Ann Lee</span><span>Chief reporter</span></div>", ["Ann Lee"]),
    ("<p>By Ann Lee</p><p>Edited by</p><p>Bo Berg</p>", ["Ann Lee"]),
    ("<div class='entry-byline'><a rel='author'>Ann Lee</a> 3 March 2026 Town, Sea Days</div>", ["Ann Lee"]),
    ("<p>By Ann Lee and Bo Berg on Tuesday, March 3rd, 2026 at 9:15 a.m.</p>", ["Ann Lee", "Bo Berg"]),
    ("<p>By the end of May, crews had left and the bridge stood open.</p>", []),
    ("<p>Digital edition</p><p>Disclaimer</p>", []),
    ("<p>About</p><p>Our mission</p>", []),
    ("<p>Contact: <a href='/staff/ann-lee'>Ann Lee</a></p>", []),
    ("<div class='comment'><span class='comment-author'>Ann Lee</span></div>", []),
    ("<div class='byline'>Sat, 20 Dec, 2025 - 06:36</div>", []),
]


@pytest.mark.parametrize(("printed", "authors"), BYLINES)
def test_printed_bylines(printed: str, authors: list[str]):
    found = read(top=f"<h1>Swing bridge to close</h1>{printed}")
    assert list(read_authors(found.bylines, None)[0]) == authors


def test_one_byline_below_the_text_serves_and_two_do_not():
    top = "<h1>Swing bridge to close</h1>"
    for below, authors in (
        ("<p>Article by</p><p>Ann Lee</p>", ("Ann Lee",)),
        ("<p>Written by Ann Lee and Bo Berg</p>", ("Ann Lee", "Bo Berg")),
        ("<p>Written by Ann Lee</p><p>Ferry firm wins</p><p>Written by Bo Berg</p>", ()),
    ):
        bottom = "<p>One more line about the quay and its gulls.</p>" * 30 + below
        assert read_authors(read(top=top, bottom=bottom).bylines, None)[0] == authors


@pytest.mark.parametrize(
    ("head", "authors"),
    [
        # The outlet, its account and a machine's name stand behind the person printed.
        ("<meta name='author' content='The Quay'><meta property='og:site_name' content='The Quay'>", ("Ann Lee",)),
        ("<meta name='author' content='thequay'><meta property='og:site_name' content='The Quay'>", ("Ann Lee",)),
        ("<meta name='author' content='quay-desk2'>", ("Ann Lee",)),
        ("<meta name='author' content='desk@quay.example'>", ("Ann Lee",)),
        (ld('{"@type": "NewsArticle", "author": {"@type": "Person", "name": "The Quay"}}')
         + "<meta property='og:site_name' content='The Quay'>", ("Ann Lee",)),
        ("<meta name='author' content='Bo Berg'>", ("Bo Berg",)),
        (ld('{"@type": "NewsArticle", "author": {"@type": "Person", "givenName": "Bo", "familyName": "Berg"}}'),
         ("Bo Berg",)),
    ],
)  # fmt: skip
def test_the_person_printed_comes_before_the_outlet(head: str, authors: tuple[str, ...]):
    found = read(head, "<h1>Swing bridge to close</h1><p class='byline'>Ann Lee</p>")
    assert read_authors(found.bylines, found.source)[0] == authors


def test_an_outlet_that_only_meta_names_signs_nothing():
    head = "<meta name='author' content='The Quay'><meta property='og:site_name' content='The Quay'>"
    assert read(head, "<h1>Swing bridge to close</h1>").bylines == ()
    signed = read(ld('{"@type": "NewsArticle", "author": {"@type": "Organization", "name": "The Quay"}}'))
    assert signed.bylines == (Byline("The Quay", "organisation"),)


@pytest.mark.parametrize(
    ("printed", "published", "updated"),
    [
        ("<p>Published 3 March 2026, updated 4 March 2026</p>", "3 March 2026", "4 March 2026"),
        ("<p>By Ann Lee, 3 March 2026</p>", "3 March 2026", None),
        (
            "<p>By Ann Lee and Bo Berg on Tuesday, March 3rd, 2026 at 9:15 a.m.</p>",
            "Tuesday, March 3rd, 2026 at 9:15 a.m.",
            None,
        ),
        ("<p><span>Ann Lee</span><span>March 3, 2026</span></p>", "March 3, 2026", None),
        ("<figure><figcaption>The bridge on 1 May 2019</figcaption></figure><p>3 March 2026</p>", "3 March 2026", None),
        ("<p>This guide to the quay was first printed on 1 May 2019.</p><p>3 March 2026</p>", "3 March 2026", None),
        ("<h3>Closed from 1 May 2019</h3><p>3 March 2026</p>", "3 March 2026", None),
        ("<div class='related'><p>1 May 2019</p></div><p>3 March 2026</p>", "3 March 2026", None),
        ("<p>Posted <time datetime='2026-03-03'>3 March 2026</time></p>", "2026-03-03", None),
    ],
)
def test_printed_dates(printed: str, published: str, updated: str | None):
    found = read(top=f"<h1>Swing bridge to close</h1>{printed}")
    assert (found.published[0], next(iter(found.updated), None)) == (published, updated)


def test_a_date_above_the_headline_stands_behind_one_below_it():
    above = "<ul><li>Ferry firm wins <time datetime='2026-03-09'>9 March 2026</time></li></ul>"
    assert read(top=f"{above}<h1>Swing bridge to close</h1><p>3 March 2026</p>").published == ("3 March 2026",)
    assert read(top="<p>3 March 2026</p><h1>Swing bridge to close</h1>").published == ("3 March 2026",)


@pytest.mark.parametrize("printed", ["<p>Last updated: 4 March 2026</p>", "<p>Updated on</p><p>4 March 2026</p>"])
def test_only_an_update_dates_the_page(printed: str):
    found = read(top=f"<h1>Swing bridge to close</h1>{printed}")
    assert (found.published, found.updated) == (("4 March 2026",), ("4 March 2026",))
    assert "dated_by_update" in found.flags


def test_a_template_that_gives_the_day_of_the_last_save_twice_dates_no_article():
    article = ld('{"@type": "BlogPosting", "datePublished": "Mar 09, 2026", "dateModified": "Mar 09, 2026"}')
    alone = read(article, "<h1>Swing bridge to close</h1>")
    assert (alone.published, alone.updated) == ((), ("Mar 09, 2026",))
    assert read(article, "<h1>Swing bridge to close</h1><p>3 March 2026</p>").published == ("3 March 2026",)
    other = article.replace('"dateModified": "Mar 09', '"dateModified": "Mar 10')
    assert read(other, "<h1>Swing bridge to close</h1>").published == ("Mar 09, 2026",)


def test_one_day_stated_below_the_text_serves_and_two_do_not():
    filler = "<p>One more line about the quay and its gulls.</p>" * 30
    one = read(bottom=f"{filler}<div>3 March 2026 By the desk</div>")
    two = read(bottom=f"{filler}<div>3 March 2026</div><div>4 March 2026</div>")
    assert (one.published, two.published) == (("3 March 2026",), ())


def test_meta_names_that_say_published_serve_where_the_known_ones_are_missing():
    assert read("<meta name='x-published-date' content='2026-03-03T06:03:43Z'>").published == ("2026-03-03T06:03:43Z",)


def test_the_day_of_an_address_alone_dates_no_article():
    web_page = ld('{"@type": "WebPage", "datePublished": "2026-03-03T09:15:00+01:00"}')
    assert read(web_page).published == ()
    printed = read(web_page, "<h1>Swing bridge to close</h1><p>3 March 2026</p>")
    assert printed.published == ("3 March 2026", "2026-03-03T09:15:00+01:00")
