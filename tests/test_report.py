"""`copydesk report`: says what is in the warehouse, is safe to open, reads without colour, and stays small."""

import json
import re
import shutil
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from flows.version import rules_hash
from schemas.draft import BODY, Piece
from schemas.outcome import KINDS
from schemas.report import Copies, Coverage, Edit, FailedCheck, ReadSample, Report, Run, Story
from tasks._report_text import changes, compare, safe_link
from tasks.report import GROUP_OF, SAMPLE_PIECES, passages, render
from tests.browser import BINARY, browser
from tests.conftest import ROOT, copydesk
from warehouse.connection import open_writer
from warehouse.report import read_report

NOW = datetime.now(UTC)
HOSTILE = '"><img src=x onerror=alert(1)></bdi></style><script>alert(2)</script><!-- \u202e\x1b[31m {{ 7 * 7 }} '
#: A page may hold these and no others: nothing that loads, runs, embeds, sends or styles in place.
TAGS = frozenset(
    [
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "div",
        "a",
        "header",
        "p",
        "h1",
        "h2",
        "h3",
        "dl",
        "dt",
        "dd",
        "small",
        "nav",
        "ul",
        "li",
        "main",
        "section",
        "figure",
        "figcaption",
        "strong",
        "span",
        "i",
        "svg",
        "desc",
        "g",
        "rect",
        "path",
        "text",
        "details",
        "summary",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "bdi",
        "br",
        "code",
        "article",
        "ins",
        "del",
        "b",
        "footer",
    ]
)


@pytest.fixture(scope="module")
def report(seeded) -> Report:
    return read_report(seeded[0], 30, NOW, "1.2+abc")


def full(report: Report, text: str) -> Report:
    """A report with something in every section, and `text` wherever the warehouse has other people's words."""
    edit = Edit(
        text, "https://news.example/a", NOW, ("title", "body"), 3, "Old title", text, None, text, ("Ann Lee",), (text,),
        "One.\n\nTwo.", "One.\n\n" + text,
    )  # fmt: skip
    story = Story(text, NOW, NOW, 3, 2, (Coverage(text, 2, 0.0), Coverage(None, 1, 5.5)))
    return filled(
        replace(
            report,
            stories=(story,),
            edits=(edit,),
            copies=(Copies(text, text, 2, NOW, ((text, 1), (None, 1))),),
            failed_checks=(FailedCheck(text, "warning", 1, 10, 2, (text,)),),
        ),
        text,
    )


def filled(value: Any, text: str) -> Any:
    """The same value with `text` for every text in it that comes from outside."""
    if is_dataclass(value) and not isinstance(value, type):
        kept = ("kind", "pack", "document_id", "url", "change", "status", "body_before", "title_before")
        changed = {f.name: filled(getattr(value, f.name), text) for f in fields(value) if f.name not in kept}
        return replace(value, **changed)
    if isinstance(value, tuple):
        return tuple(filled(v, text) for v in value)
    if isinstance(value, dict):
        return {k: filled(v, text) for k, v in value.items()}
    return text if isinstance(value, str) else value


def assert_harmless(text: str) -> html.HtmlElement:
    """The page as a browser takes it: no element, attribute or address that could do anything."""
    tree = html.document_fromstring(text)
    for node in tree.iter():
        assert isinstance(node.tag, str), node  # a comment
        assert node.tag in TAGS, node.tag
        for name, value in node.attrib.items():
            assert not name.startswith("on") and name not in ("style", "src", "srcset", "action", "background"), name
            if name == "href":
                assert value.startswith(("https://", "http://", "#")), value
    assert len(tree.findall(".//style")) == 1
    (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'; style-src 'sha256-") and "unsafe" not in policy
    return tree


# --- what it says ------------------------------------------------------------------------------------------------


def test_every_part_is_there_with_its_figures(report_page: Path):
    tree = assert_harmless(report_page.read_text(encoding="utf-8"))
    assert [h.text_content() for h in tree.iter("h2")] == [
        "What came in", "What was refused, and why", "Health of the outlets", "The largest stories", "Latest edits",
        "Copies", "Judge the cleaning", "Runs",
    ]  # fmt: skip
    words = " ".join(tree.text_content().split())
    assert "60 new documents came in. 44 became articles or were known as copies of one; 16 are refused" in words
    assert "Every run of late accounts for each of its inputs." in words
    assert "Copper miners in Los Alisos end 40-day strike" in words
    reasons = {
        row.find("th").text: row.findall("td")[0].text
        for row in tree.xpath("//table[contains(@class, 'reasons')]/tbody/tr")
    }
    assert reasons["not_an_article"] == "9" and sum(map(int, reasons.values())) == 16
    (run,) = tree.xpath("//section[@id='runs']//tbody/tr")
    assert [td.text for td in run.findall("td")[2:9]] == ["60", "42", "0", "0", "2", "16", "balances"]
    assert report_page.stat().st_size < 500_000


def test_the_summary_is_json_when_asked_for(seeded, tmp_path: Path):
    done = copydesk("report", "--warehouse", str(seeded[0]), "--out", str(tmp_path / "r.html"), "--days", "7", "--json")
    told = json.loads(done.stdout)
    assert told["articles"] == 42 and told["samples"] == 12
    assert told["bytes"] == (tmp_path / "r.html").stat().st_size
    assert date.fromisoformat(told["until"]) - date.fromisoformat(told["since"]) == timedelta(days=6)
    assert [p.name for p in tmp_path.iterdir()] == ["r.html"]


def test_what_was_taken_out_stands_where_it_stood(tmp_path: Path):
    copy = ROOT / "seeds" / "articles" / "harbour-standard" / "rail-fares.txt"
    warehouse = tmp_path / "w.duckdb"
    assert copydesk("ingest", str(copy), "--no-track", "--warehouse", str(warehouse)).returncode == 0
    assert copydesk("report", "--warehouse", str(warehouse)).returncode == 0
    tree = html.parse(str(tmp_path / "w-report.html"))
    (sample,) = tree.xpath("//article[@class='sample']")
    shown = [" ".join(bdi.text_content().split()) for bdi in sample.xpath(".//div[@class='copy']//bdi")]
    text = " ".join(copy.read_text(encoding="utf-8").split())
    place = 0
    for words in shown:
        assert text[place:].startswith(words), words
        place += len(words) + 1
    assert len(shown) > 15 and place > len(text)  # nothing of the copy is left out
    kinds = [li.find("b").text for li in sample.xpath(".//li[contains(@class, 'piece')]")]
    assert {"notification prompt", "title", "byline", "caption", "credit"} <= set(kinds)


def test_samples_without_their_raw_copy_say_so(seeded, tmp_path: Path):
    shutil.copy(seeded[0], tmp_path / "w.duckdb")
    done = copydesk("report", "--warehouse", str(tmp_path / "w.duckdb"))
    assert done.returncode == 0, done.stderr
    assert "12 of 12 samples" in done.stderr and done.stderr.count("\n") == 2
    text = (tmp_path / "w-report.html").read_text(encoding="utf-8")
    assert text.count("The raw copy is not at hand") == 12


def test_an_empty_warehouse_has_a_report(tmp_path: Path):
    with open_writer(tmp_path / "w.duckdb"):
        pass
    done = copydesk("report", "--warehouse", str(tmp_path / "w.duckdb"))
    assert done.returncode == 0, done.stderr
    words = (tmp_path / "w-report.html").read_text(encoding="utf-8")
    assert_harmless(words)
    for told in ("the warehouse is empty", "Nothing is refused.", "No outlets yet.", "No runs yet."):
        assert told in words


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--out", "no/such/folder/r.html"), "there is no no/such/folder; name a file"),
        (("--out", "."), "is a folder; name a file"),
        (("--days", "0"), "--days"),
    ],
)
def test_wrong_usage_is_one_sentence(seeded, tmp_path: Path, arguments, sentence: str):
    done = copydesk("report", "--warehouse", str(seeded[0]), *arguments, cwd=tmp_path)
    assert done.returncode == 2 and sentence in done.stderr and "Traceback" not in done.stderr


def test_no_warehouse_is_one_sentence(tmp_path: Path):
    done = copydesk("report", cwd=tmp_path)
    assert done.returncode == 1 and "copydesk ingest" in done.stderr and "Traceback" not in done.stderr


def test_days_without_anything_are_told_and_the_last_ones_shown(seeded):
    later = read_report(seeded[0], 30, NOW + timedelta(days=400), "1")
    assert not later.period.is_today and later.period.until in (NOW.date(), NOW.date() - timedelta(days=1))
    assert later.period.length == 30 and sum(count.documents for count in later.received) == 60
    assert "The last new document came in on" in render(later, ())


def test_runs_that_went_wrong_are_told_at_the_top(report: Report):
    crashed = Run("r1", NOW, None, "crashed", 10, 4, 0, 0, 0, 0, None)
    missing = Run("r2", NOW, NOW, "completed", 10, 4, 0, 0, 0, 5, 1.0)
    header = html.document_fromstring(render(replace(report, runs=(crashed, missing)), ())).find(".//header")
    words = " ".join(header.text_content().split())
    assert "Of the last 2 runs, 1 did not complete" in words
    assert "does not balance: 10 inputs, 9 accounted for" in words
    assert "accounts for each of its inputs" not in words


def test_columns_that_the_health_view_gains_are_shown(report: Report):
    row = {
        "source": "Harbour Standard",
        "silent_since": NOW,
        "stub_share": 0.25,
        "problems": ["silent", "short"],
        "ok": False,
    }
    tree = html.document_fromstring(render(replace(report, health=(row,)), ()))
    (table,) = tree.xpath("//table[@class='health']")
    assert [th.text for th in table.xpath("thead//th")] == ["outlet", "silent since", "% stub", "problems", "ok"]
    assert [td.text for td in table.xpath("tbody//td")][1:] == ["25%", "silent; short", "no"]


def test_stories_edits_copies_and_checks_are_shown(report: Report):
    tree = html.document_fromstring(render(full(report, "Ferry"), ()))
    words = {s.get("id"): " ".join(s.text_content().split()) for s in tree.iter("section")}
    assert "3 articles in 2 outlets" in words["stories"] and "+6 h" in words["stories"] and "first" in words["stories"]
    assert "Ferry" in words["copies"] and "not named" in words["copies"]
    assert "Checks that were not met" in words["refused"]
    (edit,) = tree.xpath("//article[@class='edit']")
    assert "Ferry" in [node.text for node in edit.iter("ins")] and "Two" in "".join(n.text for n in edit.iter("del"))


# --- harmless ----------------------------------------------------------------------------------------------------


def test_hostile_copy_stays_text(tmp_path: Path):
    body = "\n\n".join(
        f"{HOSTILE} The ferry left at {n} and nobody on the quay had seen the captain before." for n in range(9)
    )
    rows = [
        {"id": str(n), "title": f"{HOSTILE} {n}", "source": HOSTILE, "url": "javascript:alert(3)", "text": f"{n}. {body}", "authors": [HOSTILE]}
        for n in range(3)
    ]  # fmt: skip
    rows.append({"id": HOSTILE, "title": HOSTILE, "text": HOSTILE, "source": HOSTILE})
    (tmp_path / "dump.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    warehouse = tmp_path / "w.duckdb"
    assert copydesk("ingest", str(tmp_path / "dump.jsonl"), "--no-track", "--warehouse", str(warehouse)).returncode == 0
    assert copydesk("report", "--warehouse", str(warehouse)).returncode == 0
    text = (tmp_path / "w-report.html").read_text(encoding="utf-8")
    assert_harmless(text)
    assert "\x1b" not in text and "\u202e" not in text and "{{ 7" in text
    if BINARY:
        with browser() as tab:
            tab.open(tmp_path / "w-report.html")
            assert tab.errors == [] and len(tab.requests) == 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(min_size=1, max_size=60) | st.sampled_from([HOSTILE, "</title>", "-->", "]]>", "\x00", "&lt;", "'", "`"])
)
def test_any_text_anywhere_changes_nothing_but_text(report: Report, text: str):
    def shape(words: str) -> list[str]:
        told = full(report, words)
        samples = [
            ReadSample(sample, (Piece(None, 0, words, "other", words), Piece(None, 1, "B", BODY, "")))
            for sample in told.samples[:2]
        ]
        return [str(node.tag) for node in assert_harmless(render(told, samples)).iter()]

    plain = "x" if text.strip() else text  # pieces of white space are left out
    assert [tag for tag in shape(text) if tag not in ("ins", "del")] == [
        t for t in shape(plain) if t not in ("ins", "del")
    ]


@given(
    st.text(max_size=40)
    | st.sampled_from(["javascript:alert(1)", "data:text/html,x", "//host/x", "http://", "HTTP://a.b/c", "https://[x"])
)
def test_only_web_addresses_become_links(url: str):
    assert safe_link(url) is None or re.match(r"https?://[^/]", url, re.I)


def test_the_page_stays_small_whatever_is_in_it(report: Report):
    long = "Ferry " * 5000
    pieces = tuple(Piece(None, n, long, "navigation" if n % 2 else BODY, long) for n in range(3000))
    told = replace(full(report, long), samples=report.samples)
    rows = tuple({f"column {n}": long for n in range(20)} for _ in range(80))
    text = render(
        replace(told, health=rows, edits=told.edits * 8, stories=told.stories * 8),
        [ReadSample(s, pieces) for s in told.samples],
    )
    assert len(text.encode()) < 3_000_000


# --- pieces, edits, pictures -------------------------------------------------------------------------------------


def test_every_kind_has_a_colour():
    assert set(GROUP_OF) == set(KINDS)


@given(st.lists(st.tuples(st.sampled_from([BODY, "navigation", "caption"]), st.booleans()), max_size=60))
def test_passages_keep_every_piece_in_order(drawn: list[tuple[str, bool]]):
    pieces = [Piece(n, 0, f"piece{n}.", kind, "r", joins=joins) for n, (kind, joins) in enumerate(drawn)]
    words = []
    for passage in passages(pieces):
        words += re.findall(r"piece\d+", passage.text)
        words += [piece.text.rstrip(".") for piece in (*passage.shown, *passage.folded, *passage.last)]
    assert words == [f"piece{n}" for n in range(len(pieces))]


def test_a_monstrous_sample_is_shortened_and_says_so():
    found = passages(Piece(n, 0, "Menu", "navigation", "r") for n in range(500))
    assert sum(len(p.shown) + len(p.folded) + len(p.last) for p in found) == SAMPLE_PIECES
    assert found[-1].text == "(shortened here)"


@given(st.text("ab. ", max_size=120), st.text("ab. ", max_size=120))
def test_a_comparison_holds_both_texts(before: str, after: str):
    words = compare(before, after)
    assert "".join(w.text for w in words if w.sign != "+") == before
    assert "".join(w.text for w in words if w.sign != "-") == after


def test_long_edits_show_their_first_passages():
    before = "\n\n".join(f"Paragraph {n}." for n in range(40))
    after = "\n\n".join(f"Paragraph {n}{'' if n % 4 else ', changed'}." for n in range(40))
    edit = Edit("A", None, NOW, ("body",), 10, "T", "T", None, None, (), (), before, after)
    assert [name for name, _ in changes(edit)] == ["body"] * 4
    assert changes(edit)[-1][1][0].text == "… and 7 more passages"


def test_making_pictures_is_no_rule_about_articles(monkeypatch: pytest.MonkeyPatch):
    before = rules_hash()
    read = Path.read_bytes
    monkeypatch.setattr(
        Path, "read_bytes", lambda path: read(path) + (b"#" if path.name == "_report_charts.py" else b"")
    )
    rules_hash.cache_clear()
    assert rules_hash() == before
