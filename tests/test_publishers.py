"""Rules for outlets: read strictly, used on their pages, left alone where they no longer fit; drafts and golden pages."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows import inputs, publishers
from flows.document import take_apart
from schemas.document import Document, Given
from schemas.draft import BODY
from schemas.errors import UsageError
from schemas.settings import Settings
from tasks import _publishers
from tasks._publishers import load_publishers
from tests.conftest import ROOT, copydesk

PARAGRAPHS = (
    "The pier at Quay, grey for as long as anybody can remember, was painted blue on Monday by two sisters with a ladder.",
    "“We asked the council for nine years, and then we bought the paint,” said the elder, who mends nets for a living.",
    "Gulls kept off it for a whole afternoon. By evening they had made up their minds and come back in great numbers.",
    "The council, which owns the pier but not the paint, will talk about a bill for scaffolding when it meets in April.",
)
RULES = """name = "The Quay Post"
domains = ["quaypost.example"]
valid_until = 2030-06-30
[html]
body = "div.words"
title = "p.hed"
standfirst = "p.dek"
authors = "span.who"
published = "time"
[remove]
advert = ["p.box"]
[phrases]
subscribe_prompt = ["The Quay Post needs you"]
"""


def page(words: str = "words", hed: str = "hed") -> str:
    paragraphs = "".join(f"<p>{p}</p>" for p in PARAGRAPHS)
    return (
        '<html lang="en"><head><title>Quay</title><link rel="canonical" href="https://www.quaypost.example/1"></head><body>'
        f'<h1>Quay</h1><p class="{hed}">Pier is painted</p><p class="dek">A pier that nobody wanted is blue now</p>'
        '<span class="who">By Ann Lee</span> <span class="who">Bo Ek</span><time datetime="2024-03-05T10:00:00+01:00">'
        f'long ago</time><div class="{words}">{paragraphs}<p class="box">Buy a boat, it floats, as we said.</p>'
        "<p>The Quay Post needs you</p></div><p>Some words that stand below, and nobody has written them for this.</p></body></html>"
    )


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A function that puts a rule file in force."""
    folder = tmp_path / "publishers"
    folder.mkdir()

    def put(text: str = RULES) -> Path:
        (folder / "quay.toml").write_text(text, encoding="utf-8")
        load_publishers.cache_clear()
        monkeypatch.setattr(_publishers.find_publisher, "__defaults__", (folder,))
        return folder

    yield put
    load_publishers.cache_clear()


def read(html: str, media_type: str = "text/html", **options):
    document = Document("0" * 64, "page", html.encode(), media_type, **options)
    return take_apart(document, Settings())


def test_rules_say_what_is_what(rules):
    rules()
    draft, article = read(page())
    assert article.title == "Pier is painted"
    assert article.standfirst == "A pier that nobody wanted is blue now"
    assert article.authors == ("Ann Lee", "Bo Ek")
    assert article.published_at == datetime(2024, 3, 5, 9, tzinfo=UTC)
    assert article.body == "\n\n".join(PARAGRAPHS)
    told = {piece.text: (piece.kind, piece.rule) for piece in draft.pieces}
    assert told["Buy a boat, it floats, as we said."] == ("advert", "publisher:quay")
    assert told["The Quay Post needs you"] == ("subscribe_prompt", "publisher:quay")
    assert told["Pier is painted"] == ("title", "publisher:quay")
    assert {piece.rule for piece in draft.pieces if piece.kind == BODY} == {"publisher:quay"}
    assert "publisher_rule_missed" not in article.flags


@pytest.mark.parametrize(
    "html",
    [
        page(words="copy"),
        page(hed="headline"),
        page().replace('class="words"', "").replace("<h1>", '<h1 class="words">'),
        page().replace("<p>", '<p class="box">'),  # what was furniture is copy now
        page().replace("<body>", '<body class="hed">').replace('<p class="hed">', "<p>"),
    ],
)
def test_a_page_that_no_longer_fits_is_read_the_general_way_and_said_to_be_so(rules, html):
    rules()
    _, article = read(html)
    assert "publisher_rule_missed" in article.flags
    assert article.body.startswith(PARAGRAPHS[0])


def test_nothing_vanishes_with_rules(rules):
    rules(RULES.replace('["p.box"]', '["p", "div", "h1"]'))
    draft, _ = read(page())
    with_rules = sorted("".join(p.text for p in draft.pieces).replace(" ", ""))
    rules('name = "Another"\n')
    plain, _ = read(page())
    assert with_rules == sorted("".join(p.text for p in plain.pieces).replace(" ", ""))


SELECTORS = ["*", "html", "body", "div", "p", "h1", "p.hed", "p.box", "span", "time", "div.words", "p:nth-child(2)",
             "p:not(.box)", "div.words > *", "h4"]  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fields=st.dictionaries(st.sampled_from(_publishers.SELECTED), st.sampled_from(SELECTORS)),
    remove=st.lists(st.sampled_from(SELECTORS)),
    phrases=st.lists(st.sampled_from(["The Quay Post needs you", "Quay", "Pier is painted"]), unique=True),
)
def test_whatever_the_rules_nothing_vanishes_and_a_body_is_left(rules, fields, remove, phrases):
    lists = f"[remove]\nother = {json.dumps(remove)}\n[phrases]\nother = {json.dumps(phrases)}\n"
    table = "".join(f"{name} = {json.dumps(selector)}\n" for name, selector in fields.items())
    rules(f'name = "Q"\ndomains = ["quaypost.example"]\n{lists}[html]\n{table}')
    draft, article = read(page())
    rules('name = "Another"\n')
    plain, _ = read(page())
    pieces = sorted("".join(piece.text for piece in plain.pieces).replace(" ", ""))
    assert sorted("".join(piece.text for piece in draft.pieces).replace(" ", "")) == pieces
    assert article.word_count > 20


def test_a_phrase_behind_a_line_break_goes_alone(rules):
    rules(RULES.replace('body = "div.words"', ""))
    said = "and there it ended for the day<br>The Quay Post needs you<br>until the morning came."
    _, article = read(page().replace("<p>The council, which", f"<p>The sisters left, {said}</p><p>The council, which"))
    assert "The sisters left, and there it ended for the day" in article.body
    assert "until the morning came." in article.body
    assert "The Quay Post needs you" not in article.body


def test_the_rules_say_what_is_an_article(rules):
    """Copy that the labeller takes for a list of headlines is an article where the outlet's rule says so."""
    lines = "".join(f"<li><a href='/{n}'>Gull number {n} came to the quay</a></li>" for n in range(40))
    html = page().split('<div class="words">')[0] + f'<div class="words">{lines}</div></body></html>'
    rules('name = "Another"\n')
    assert read(html)[1].outcome == "rejected"
    rules(RULES)
    _, article = read(html)
    assert (article.outcome, article.flags) == ("accepted", ())


def test_a_time_that_a_rule_finds_is_no_update(rules):
    rules(RULES.replace('published = "time"', 'published = "span.first"'))
    update = '<p>Updated: <time datetime="2024-03-05T10:00:00+01:00">long ago</time></p><span class="first">3 March 2024</span>'
    html = page().split("<time")[0] + update + page().split("</time>")[1]
    _, article = read(html)
    assert (str(article.published_on), article.flags) == ("2024-03-03", ())


def test_wrong_rules_stop_a_run_and_refuse_no_document(rules, monkeypatch):
    folder = rules('name = "Q"\n[html]\ntitle = "div[["\n')
    with pytest.raises(UsageError, match=r"quay\.toml, line 3"):
        read(page())
    monkeypatch.setattr(inputs, "load_publishers", lambda _: load_publishers(folder))
    with pytest.raises(UsageError, match=r"quay\.toml, line 3"):
        inputs.require([])


@pytest.mark.parametrize(("received", "fits"), [("2030-06-30", True), ("2030-07-01", False)])
def test_rules_end_with_the_day_until_which_they_are_valid(rules, received, fits):
    rules()
    _, article = read(page(), received_at=datetime.fromisoformat(received).replace(tzinfo=UTC))
    assert (article.title == "Pier is painted") == fits
    assert "publisher_rule_missed" not in article.flags


def test_phrases_are_taken_out_of_plain_text_too(rules):
    rules()
    copy = "\n".join(["Pier is painted", *PARAGRAPHS[:3], "The Quay Post needs you.", PARAGRAPHS[3]])
    draft, article = read(copy, "text/plain", given=Given(source="The Quay Post"))
    assert ("The Quay Post needs you.", "subscribe_prompt", "publisher:quay") in [
        (p.text, p.kind, p.rule) for p in draft.pieces
    ]
    assert PARAGRAPHS[3] in article.body
    assert "The Quay Post needs you" in read(copy, "text/plain", given=Given(source="Another"))[1].body


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ('name = "Q"\ndomain = ["q.example"]\n', 2, "domain is not known; a publisher has name"),
        ('zone = "Mars/Base"\nname = "Q"\n', 1, "no IANA zone"),
        ('name = "Q"\n\n[html]\n body = "div[["\n', 4, "no CSS selector"),
        ('name = "Q"\n[html]\nheadline = "h1"\n', 3, "headline is not known; [html] has body"),
        ('name = "Q"\n[remove]\nadvertisement = ["p"]\n', 3, "is no kind of removed piece"),
        ('name = "Q"\n[remove]\nadvert = "p"\n', 3, "must be a list of texts"),
        ('name = "Q"\nhtml = "h1"\n', 2, "must be a table"),
        ('name = "Q"\nvalid_until = "2030-01-01"\n', 2, "must be a day without quotes"),
        ('name = "Q"\ndomains = [\n "q.example",\n "www.r.example",\n]\n', 4, "write the bare site: 'r.example'"),
        ('name = "Q"\ndomains = ["https://q.example/news"]\n', 2, "write the bare site: 'q.example'"),
        ('name = "Q"\n[html]\ntitle = "svg|text"\n', 3, "no CSS selector"),
        ('name = "Q"\n[html]\ntitle = "h1::text"\n', 3, "no CSS selector"),
        ('name = "Q"\n[html]\ntitle = "h1, div * p"\n', 3, "leave out the * before a space"),
        ('name = "Q"\n[html]\ntitle = "* * * h1"\n', 3, "leave out the * before a space"),
        ('name = "Q"\n[remove]\nadvert = [\n "p.a",\n "p..b",\n]\n', 5, "no CSS selector"),
        ('name = "Q"\n[phrases]\nadvert = ["—"]\n', 3, "a phrase without words"),
        ('name = "Q"\n[phrases]\nadvert = ["Buy now"]\nlegal = ["buy now!"]\n', 4, "a phrase is one thing"),
        (f'name = "Q"\n[phrases]\nadvert = ["{"x" * 161}"]\n', 3, "over 160 characters"),
        ('domains = ["q.example"]\n', None, "name is missing"),
        ('name = "Q', None, "not readable as TOML"),
    ],
)
def test_a_wrong_file_is_named_with_its_line(tmp_path, text, line, says):
    (tmp_path / "q.toml").write_text(text)
    with pytest.raises(UsageError) as caught:
        load_publishers(tmp_path)
    assert says in str(caught.value) and str(tmp_path / "q.toml") in str(caught.value)
    assert line is None or f"line {line}:" in str(caught.value)


def test_an_outlet_has_one_file(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.toml").write_text(f'name = "{name}"\ndomains = ["q.example"]\n')
    with pytest.raises(UsageError, match=r"b\.toml: 'q\.example' is in a\.toml too"):
        load_publishers(tmp_path)


def test_a_draft_is_right_and_finds_what_the_general_way_found(tmp_path):
    path = tmp_path / "pier.html"
    path.write_text(
        page().replace("Some words that stand below", "©").replace("<h1>Quay", '<h1 class="css-1a2b3c head">Quay')
    )
    written = publishers.draft(publishers.page_of(path), tmp_path / "rules", tmp_path / "golden")
    text = written[0].read_text()
    assert '# body = "div.words"' in text and '# title = "h1.head"' in text
    assert json.loads(written[2].read_text())["body"][0] == PARAGRAPHS[0]
    assert publishers.check(tmp_path / "rules", tmp_path / "golden") == []
    golden = json.loads(written[2].read_text())
    written[2].write_text(json.dumps({**golden, "title": "Another", "body": golden["body"][:-1]}))
    wrong = publishers.check(tmp_path / "rules", tmp_path / "golden")
    assert [row["what"] for row in wrong] == ["title", "body"]
    load_publishers.cache_clear()
    with pytest.raises(UsageError, match="has rules already"):
        publishers.draft(publishers.page_of(path), tmp_path / "rules", tmp_path / "golden")


def test_a_draft_has_the_zone_that_the_pages_time_names(tmp_path):
    path = tmp_path / "pier.html"
    path.write_text(page().replace('datetime="2024-03-05T10:00:00+01:00">long ago', ">5 March 2024 10:00 CET"))
    written = publishers.draft(publishers.page_of(path), tmp_path / "rules", tmp_path / "golden")
    assert '# zone = "Europe/Berlin"' in written[0].read_text()


@pytest.mark.parametrize(("name", "says"), [("a.txt", "is no HTML page"), ("a.html", "does not say where it is from")])
def test_what_cannot_be_drafted_is_said(tmp_path, name, says):
    path = tmp_path / name
    path.write_text(("<html><body><p>" if name.endswith("html") else "") + "\n".join(PARAGRAPHS))
    done = copydesk("publisher", "draft", str(path))
    assert done.returncode == 2 and says in done.stderr and "Traceback" not in done.stderr


SLOW = "<html><body>" + "<div>" * 150 + "<table>" + "<tr><td>a<td>b" * 400_000


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (SLOW.encode(), "too_large|timeout"), (b"<html>" + b"<p>" * 8_000_000, "too_large"), (b"<html><body></body></html>", "empty"),
        (b"<html><body><p>" + bytes(range(256)) * 99, "unreadable"), (b"%PDF-1.7\n", "unsupported_type"),
    ],
)  # fmt: skip
def test_a_page_that_nothing_can_be_drafted_from_is_told_in_a_sentence(tmp_path, content, reason):
    path = tmp_path / "a.html"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=rf"a\.html cannot be drafted from .*{reason}.*; name another page") as told:
        publishers.draft(publishers.page_of(path), tmp_path / "rules", tmp_path / "golden")
    assert "\n" not in str(told.value)
    assert not (tmp_path / "rules").exists() and not (tmp_path / "golden").exists()


def test_the_golden_pages_of_outlets_come_out_as_wanted():
    done = copydesk("publisher", "check")
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_drift_shows_in_source_health(tmp_path):
    golden = ROOT / "tests" / "golden" / "publishers" / "prairie_ledger" / "grain-elevator.html"
    (tmp_path / "changed.html").write_text(golden.read_text(encoding="utf-8").replace("hed", "head"), encoding="utf-8")
    warehouse = str(tmp_path / "w.duckdb")
    copydesk("ingest", str(tmp_path), "--no-track", "--warehouse", warehouse)
    asked = copydesk(
        "query",
        "SELECT sum(rules_missed)::INT AS missed FROM source_health",
        "--format",
        "csv",
        "--warehouse",
        warehouse,
    )
    assert asked.stdout.split() == ["missed", "1"]
    assert "1 rule missed" in copydesk("status", "--warehouse", warehouse).stdout
