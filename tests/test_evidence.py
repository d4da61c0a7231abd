"""explain: where each field comes from, who says otherwise, what settled it, and how often that is right."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.document import take_apart
from flows.evidence import tell_fields
from schemas.document import Document, Given
from schemas.settings import Settings
from tasks._evidence import FIELDS, measured
from tests.conftest import ROOT, copydesk

PROSE = "".join(
    f"<p>{text}</p>"
    for text in (
        "The lamp on the south mole went out on Friday for the first time since the keeper's cottage was sold.",
        "Two boats waited outside until it was light, and a third came in by the smell of the bakery, its skipper said.",
        "“You do not forget a harbour that you have been sick in,” said Bo Ek, who has fished from it for thirty years.",
        "The bulb was replaced at noon by the postman, who had the key, and nobody has asked him to give it back.",
    )
)
HEAD = """<title>Lamp on south mole goes out | The Quay Post</title>
<meta property="og:title" content="Lamp on south mole goes out">
<meta property="og:site_name" content="The Quay Post">
<meta name="author" content="Desk Two">
<meta property="article:published_time" content="2026-03-07T07:00:00Z">
<link rel="canonical" href="https://quaypost.example/lamp">
<script type="application/ld+json">{"@type": "Article", "headline": "Harbour dark as lamp fails",
 "author": {"@type": "Person", "name": "Ann Lee"}, "datePublished": "2026-03-07T08:00:00+01:00",
 "dateModified": "2026-03-08", "publisher": {"name": "Quay Media"}, "articleSection": "Harbour"}</script>"""


def page(head=HEAD, body=f"<h1>Lamp on south mole goes out</h1><p class='byline'>By Ann Lee</p>{PROSE}"):
    return f"<html lang='en-GB'><head>{head}</head><body><article>{body}</article></body></html>"


def told(content, media_type="text/html", **given):
    document = Document("0" * 64, "p", content.encode(), media_type, given=Given(**given))
    draft, article = take_apart(document, Settings())
    return article, {evidence.field: evidence for evidence in tell_fields(document, draft, article)}


def others(evidence):
    return [(candidate.source, candidate.value) for candidate in evidence.others]


def test_each_field_says_who_says_so_and_who_does_not():
    article, fields = told(page())
    title = fields["title"]
    assert title.value == article.title
    assert title.sources == ("og:title", "h1", "title element")
    assert others(title) == [("JSON-LD", "Harbour dark as lamp fails")]
    assert (title.rule, title.sure) == (
        "og:title, which an h1 prints",
        measured()["title"]["og:title, which an h1 prints"],
    )
    authors = fields["authors"]
    assert (authors.value, authors.rule) == (("Ann Lee",), "JSON-LD")
    assert authors.sources == ("JSON-LD", "printed") and others(authors) == [("meta", "Desk Two")]
    assert fields["published_at"].sources == ("JSON-LD", "meta")  # the same moment on two clocks
    assert fields["published_at"].sure == measured()["published_at"]["JSON-LD"]
    assert fields["updated_at"].sources == ("JSON-LD",)
    assert fields["source"].value == "The Quay Post" and others(fields["source"]) == [("JSON-LD", "Quay Media")]
    assert fields["url"].sources == ("canonical link",)
    assert fields["language"].sources == ("html element",)
    assert fields["section"].sources == ("JSON-LD",)


def test_what_is_given_wins_and_what_it_wins_over_is_shown():
    _, fields = told(page(), title="Dark mole", authors=("Ida Holm",), published_at="2026-03-06", source="Wire")
    assert {fields[name].rule for name in ("title", "authors", "published_at", "source")} == {"given with the document"}
    assert fields["title"].sources == ("given",)
    assert ("og:title", "Lamp on south mole goes out") in others(fields["title"])
    assert ("JSON-LD", "Ann Lee") in others(fields["authors"])
    assert ("JSON-LD", "2026-03-07T08:00:00+01:00") in others(fields["published_at"])


def test_a_date_that_cannot_be_is_shown_as_refused():
    head = "<title>Lamp</title><meta property='article:published_time' content='1062-03-07'>"
    article, fields = told(page(head))
    assert article.published_at is None
    assert (fields["published_at"].value, fields["published_at"].sure) == (None, None)
    assert fields["published_at"].rule == "nothing that can be read and is plausible"
    assert others(fields["published_at"]) == [("meta", "1062-03-07")]


def test_an_amp_copy_says_why_it_has_another_address():
    article, fields = told(page(), url="https://quaypost.example/lamp/amp")
    assert article.url == "https://quaypost.example/lamp"
    assert fields["url"].rule == "the article of which the given address is an AMP or print copy"
    assert others(fields["url"]) == [("given", "https://quaypost.example/lamp/amp")]


def test_a_rule_for_an_outlet_is_named():
    golden = ROOT / "tests" / "golden" / "publishers" / "prairie_ledger" / "grain-elevator.html"
    article, fields = told(golden.read_text(encoding="utf-8"))
    assert (fields["title"].value, fields["title"].rule) == (article.title, "publisher:prairie_ledger")
    assert fields["title"].sources[0] == "publisher:prairie_ledger"
    assert ("h1", "Ledger Classic") in others(fields["title"])
    changed = golden.read_text(encoding="utf-8").replace("hed", "head")
    assert told(changed)[1]["title"].rule.endswith("; publisher:prairie_ledger found nothing that fits")


def test_plain_text_names_its_lines():
    copy = (ROOT / "seeds" / "articles" / "harbour-standard" / "rail-fares.txt").read_text(encoding="utf-8")
    article, fields = told(copy, "text/plain")
    assert fields["title"].value == article.title and fields["title"].sources[0].startswith("line ")
    assert 0 < fields["title"].sure <= 1
    assert fields["authors"].value == article.authors and fields["published_at"].sources == ("line",)


def test_explain_prints_it(tmp_path: Path):
    (tmp_path / "lamp.html").write_text(page())
    shown = copydesk("explain", str(tmp_path / "lamp.html")).stdout
    assert "og:title, which an h1 prints  (og:title, h1, title element)" in shown
    assert "not JSON-LD: Harbour dark as lamp fails" in shown
    evidence = json.loads(copydesk("explain", str(tmp_path / "lamp.html"), "--json").stdout)["evidence"]
    assert set(evidence) <= set(FIELDS)
    assert evidence["title"]["others"] == [{"source": "JSON-LD", "value": "Harbour dark as lamp fails"}]


def test_shares_are_shares():
    assert all(0 <= share <= 1 for rules in measured().values() for share in rules.values())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from([
        "<title>A | B</title>", "<h1>", "</h1>", "<p>Words about a lamp. ", "<time datetime='2026-13-45'>", "</time>",
        "<link rel=canonical href='//['>", "<meta property=og:url content='::'>", "<meta name=author content='By, ; by'>",
        "<script type='application/ld+json'>{\"@type\": \"NewsArticle\", \"author\": [[], 3, {}], \"url\": [1],"
        " \"articleSection\": {}, \"datePublished\": {\"@value\": \"soon\"}, \"publisher\": [7, \"x\"]}</script>",
        "<span itemprop=author></span>", "<noscript>", "</noscript>", "<p hidden>Words about a lamp. ",
    ]), max_size=20),
    st.builds(dict, title=st.text(max_size=5), published_at=st.text(max_size=5), url=st.text(max_size=5)),
)  # fmt: skip
def test_any_page_can_be_told(parts, given_values):
    article, fields = told("<html><body>" + "".join(parts), **given_values)
    for name, evidence in fields.items():
        assert evidence.value == (getattr(article, name) or None)
        assert all(candidate.source not in ("", None) for candidate in evidence.others)


@pytest.mark.parametrize("content", ["", "\x00", "<"])
def test_of_nothing_nothing_is_told(content):
    assert told(content)[1] == {}
