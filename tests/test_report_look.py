"""The page that `copydesk report` makes, as people see it: contrast, and a real browser where there is one."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from tasks._report_charts import Chart, draw, guides, sparkline
from tests.browser import BINARY, browser
from tests.conftest import ROOT


@given(st.lists(st.integers(0, 10**9), max_size=40))
def test_guides_are_round_and_hold_every_bar(totals: list[int]):
    lines = guides(totals)
    assert lines[0] == 0 and lines[-1] >= max(totals, default=0) and 2 <= len(lines) <= 6
    assert len({b - a for a, b in pairwise(lines)}) == 1


def test_pictures_can_be_read_without_seeing_them():
    chart = Chart(
        "k",
        "Documents <by> day",
        "Most on 2 Nov.",
        ("1 Nov", "2 Nov", "3 Nov"),
        (("articles", (1, 5, 0)), ("refused", (0, 2, 0))),
    )
    for drawn in (draw(chart, 600, 200, 3), sparkline(chart, 200, 30, 7)):
        (svg,) = html.fragments_fromstring(str(drawn))
        assert svg.get("role") == "img"
        named = [svg.get_element_by_id(key).text for key in svg.get("aria-labelledby").split()]
        assert named == ["Documents <by> day", "Most on 2 Nov."]
        assert {node.tag for node in svg.iter()} <= {"svg", "title", "desc", "g", "rect", "path", "text"}
        bars = [rect.find("title").text for rect in svg.iter("rect") if rect.get("class") == "rect"]
        assert bars == ["1 Nov: articles 1", "2 Nov: articles 5", "2 Nov: refused 2"]
        assert not re.search(r"style=|<script|http|url\(", str(drawn))


def test_every_picture_has_its_table(report_page: Path):
    tree = html.parse(str(report_page))
    figures = tree.xpath("//figure")
    assert len(figures) == 2 and all(figure.xpath(".//details//table") for figure in figures)
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert set(" ".join(tree.xpath("//@aria-labelledby")).split()) <= set(ids)
    assert {href[1:] for href in tree.xpath("//a/@href") if href.startswith("#")} <= set(ids)


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(d * 2 for d in digits) if len(digits) == 3 else digits
    parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_colours_have_the_contrast_that_reading_needs():
    style = (ROOT / "seeds" / "report" / "page.css").read_text(encoding="utf-8")
    schemes = [
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+)", block)) for block in re.findall(r":root \{(.*?)\}", style, re.S)
    ]
    assert len(schemes) == 3  # light, dark, print
    for colours in schemes:
        for text in ("ink", "muted", "strong", "link", "bad", "ok"):
            assert contrast(colours[text], colours["paper"]) >= 4.5, (text, colours)
        for kind in ("fields", "pictures", "furniture", "prompts", "repeats", "added", "taken"):
            for text in (kind, "ink", "muted") if kind not in ("added", "taken") else (kind,):
                assert contrast(colours[text], colours[f"{kind}-tint"]) >= 4.5, (text, kind, colours)
        for bar in ("good", "bad"):
            assert contrast(colours[bar], colours["paper"]) >= 3, (bar, colours)


needs_browser = pytest.mark.skipif(BINARY is None, reason="no Chromium here")


@needs_browser
def test_it_opens_at_once_without_a_network_or_a_complaint(report_page: Path):
    with browser() as tab:
        seconds = tab.open(report_page)
        assert tab.errors == [] and tab.requests == [report_page.resolve().as_uri()]
        assert seconds < 2
        light = tab.run("getComputedStyle(document.body).backgroundColor")
        tab.look(1280, dark=True)
        assert tab.run("getComputedStyle(document.body).backgroundColor") != light
        assert tab.errors == []


@needs_browser
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_runs_out_of_the_page(report_page: Path, width: int):
    with browser() as tab:
        tab.open(report_page, width)
        assert tab.run("document.documentElement.scrollWidth") <= width
        shown = tab.run(
            "[...document.querySelectorAll('svg.chart')].filter(s => s.getClientRects().length).map(s => s.classList[1])"
        )
        assert shown == ["narrow" if width <= 640 else "wide"] * 2
        small = "[...document.querySelectorAll('svg.chart text')].filter(t => t.getClientRects().length).map(t => t.getBoundingClientRect().height)"
        assert min(tab.run(small)) >= 9  # pixels: axes are read on a phone too


@needs_browser
def test_the_keyboard_reaches_everything_that_opens_or_scrolls(report_page: Path):
    with browser() as tab:
        tab.open(report_page, 390)
        unreached = "[...document.querySelectorAll('*')].filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX == 'auto' && e.tabIndex < 0).length"
        assert tab.run(unreached) == 0
        assert tab.run("[...document.querySelectorAll('summary')].every(s => s.tabIndex == 0)")
        first = (
            "(() => { document.querySelector('.skip').focus(); return document.activeElement.getAttribute('href') })()"
        )
        assert tab.run(first) == "#main"


@needs_browser
def test_it_prints_with_what_is_folded(report_page: Path, tmp_path: Path):
    with browser() as tab:
        tab.open(report_page)
        tab.pdf(tmp_path / "report.pdf")
        assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
        tab.send("Emulation.setEmulatedMedia", media="print")
        hidden = "[...document.querySelectorAll('.sample details li.piece')].filter(li => !li.checkVisibility()).length"
        assert tab.run(hidden) == 0
