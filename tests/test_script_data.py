"""Pages that show no copy without JavaScript: the article is in the data of their scripts."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.document import take_apart
from schemas.document import Document
from schemas.settings import Settings
from tests.test_copies import PROSE, paragraphs

HEAD = (
    "<html lang='en'><head><title>The last ferry carries a harp</title>"
    "<meta property='og:title' content='The last ferry carries a harp'></head>"
)
STORY = (
    paragraphs(PROSE[:3])
    + "<figure><img src='h.jpg'><figcaption>The harp on deck, unclaimed</figcaption></figure>"
    + paragraphs(PROSE[3:])
)
FILLING = {"menu": [{"name": "News", "url": "/news"}] * 60, "teaser": "<p>Rain is on its way.</p><p>More soon.</p>"}
#: As Arc, Contentful and their like keep an article.
BLOCKS = [
    {"type": "header", "content": "Nobody asked"},
    *({"type": "text", "_id": str(n), "content": text} for n, text in enumerate(PROSE)),
    {"type": "image", "url": "https://northquay.example/h.jpg", "caption": "The harp on deck, unclaimed"},
]


def html(body):
    return f"{HEAD}<body><div id='__next'></div>{body}</body></html>"


def next_data(story):
    data = {"props": {**FILLING, "article": {"headline": "x", "contentHtml": story}}}
    return f"<script id='__NEXT_DATA__' type='application/json'>{json.dumps(data)}</script>"


def flight(story, cut=900):
    """As React sends it: rows in one string, which is pushed in pieces."""
    size = len(story.encode())
    rows = f'0:{{"P":null}}\n24:T{size:x},{story}5:["$","$L23",null,{json.dumps(FILLING)}]\n'
    pieces = [rows[n : n + cut] for n in range(0, len(rows), cut)]
    pushed = "".join(f"<script>self.__next_f.push([1,{json.dumps(piece)}])</script>" for piece in pieces)
    return pushed.replace("</p>", "\\u003c/p>").replace("<p>", "\\u003cp>")


def nuxt(story):
    """A call with the data, which is no JSON."""
    return f"<script>window.__NUXT__=(function(a,b){{return {{body:{json.dumps(story)},c:a}}}}('x',{json.dumps(FILLING)}))</script>"


def in_a_string(story):
    """Data within a string of other data."""
    return f"<script>window.__STATE__={json.dumps({'cache': json.dumps({**FILLING, 'html': story})})}</script>"


def blocks(_):
    return f"<script>window.Fusion = {{}}; Fusion.globalContent={json.dumps({**FILLING, 'content_elements': BLOCKS})};</script>"


def read(page):
    return take_apart(Document("0" * 64, "page.html", page.encode(), "text/html"), Settings())[0]


def plain(_):
    return next_data("\n\n".join(PROSE))


def portable(_):
    """As Sanity keeps it: what a block says is in spans."""
    spans = [[text[:40], text[40:]] for text in PROSE]
    body = [
        {"_type": "block", "style": "normal", "children": [{"_type": "span", "text": t} for t in two]} for two in spans
    ]
    return f"<script id='__NEXT_DATA__' type='application/json'>{json.dumps({**FILLING, 'body': body})}</script>"


@pytest.mark.parametrize("write", [next_data, flight, nuxt, in_a_string, blocks, plain, portable])
def test_the_article_is_found_in_the_data_of_scripts(write):
    draft = read(html(write(STORY)))
    said = [text for text in draft.paragraphs() if text != "Nobody asked"]
    assert said == PROSE
    assert "copy_in_scripts" in draft.flags
    if write in (next_data, flight, nuxt, in_a_string):
        assert [caption.text for caption in draft.captions] == ["The harp on deck, unclaimed"]


def test_a_page_that_shows_its_copy_is_read_as_it_is_shown():
    other = "".join(f"<p>{text} And so on, for another paragraph.</p>" for text in reversed(PROSE))
    draft = read(html(f"<article><h1>The last ferry carries a harp</h1>{STORY}</article>{next_data(other)}"))
    assert list(draft.paragraphs()) == PROSE
    assert "copy_in_scripts" not in draft.flags


def test_of_several_copies_that_of_the_headline_is_read():
    terms = "".join(
        f"<p>These terms are number {n}, and whoever reads this page accepts them all.</p>" for n in range(40)
    )
    assert read(html(next_data(terms) + next_data(STORY))).paragraphs() == PROSE


OTHER = [f"The mill at Vess turned for the {n}th year, and its baker sold out before the bells rang." for n in range(9)]


def test_the_article_of_the_headline_is_read_in_a_script_without_spaces():
    title, story = (
        "港の渡し船が最後の航海",
        ["港の渡し船は日曜日に最後の航海を終え、十一人の客と一台のハープを運んだ。" * 3] * 2,
    )
    page = html(next_data(paragraphs(OTHER * 3)) + next_data(paragraphs(story)))
    found = read(page.replace("The last ferry carries a harp", title))
    assert "ハープ" in " ".join(found.paragraphs()) and not set(found.paragraphs()) & set(OTHER)


@pytest.mark.parametrize(
    "shown", [PROSE[:2], ["渡し船は日曜日に最後の航海を終えた。乗客は十一人で、荷物はハープ一台だった。" * 4] * 3]
)
def test_another_article_in_the_data_is_no_part_of_a_brief(shown):
    draft = read(html(f"<h1>The last ferry carries a harp</h1>{paragraphs(shown)}{next_data(paragraphs(OTHER))}"))
    assert not set(draft.paragraphs()) & set(OTHER)
    assert "copy_in_scripts" not in draft.flags


@pytest.mark.parametrize("cut", [60, 400, 1500])
def test_rows_are_put_together_however_they_were_cut(cut):
    assert read(html(flight(STORY, cut))).paragraphs() == PROSE


def test_blocks_within_sections_are_paragraphs_and_signs_in_them_are_text():
    said = [*PROSE[:5], "Programmers write List<String> and <script> where others would draw a box with a lid."]
    sections = [
        {"type": "section", "content": [{"type": "p", "text": text} for text in said[n : n + 2]]} for n in (0, 2, 4)
    ]
    data = {
        "sections": [*sections, {"type": "image", "caption": "A harp", "text": "The harp on deck, seen from the quay."}]
    }
    draft = read(html(f"<script>window.__STATE__={json.dumps(data)}</script>"))
    assert draft.paragraphs() == said


@pytest.mark.parametrize("half", ["\ud83d", "\ude00"])
def test_half_a_character_costs_no_copy(half):
    story = paragraphs([PROSE[0], PROSE[1] + half, *PROSE[2:]])
    assert [text[:60] for text in read(html(next_data(story))).paragraphs()] == [text[:60] for text in PROSE]


@pytest.mark.parametrize("start", ["(Quay Press) – ", "[Updated] ", "The “old harbour”: ", '"A harp": '])
def test_copy_that_begins_with_a_sign_is_no_data(start):
    said = [start + PROSE[0], *PROSE[1:]]
    assert read(html(next_data("\n\n".join(said)))).paragraphs() == said


def test_data_that_python_cannot_read_cost_no_copy():
    odd = f'<script>window.__A__={{"n":{"9" * 5000}}};window.__B__={"[" * 5000}</script>'
    assert read(html(odd + next_data(STORY))).paragraphs() == PROSE


@pytest.mark.parametrize(
    "data",
    [
        {"keywords": [{"type": "keyword", "text": f"harp number {n}"} for n in range(90)]},
        {"teasers": [f"<p>{text}</p><p>Read more</p>" for text in PROSE[:4]]},
        {"menu": [{"type": "item", "text": text, "url": "/a"} for text in PROSE]},
    ],
)
def test_keywords_teasers_and_menus_are_no_copy(data):
    page = html(f"<script>window.__STATE__={json.dumps({**FILLING, **data})}</script>")
    assert "copy_in_scripts" not in read(page).flags


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet='"\\{}[]<>p/brT:,0af \n(', max_size=400), st.sampled_from([next_data, flight, nuxt]))
def test_scripts_of_any_shape_do_no_harm(noise, write):
    draft = read(html(f"<script>{noise * 4}</script>{write(STORY)}"))
    assert len({piece.position for piece in draft.pieces}) == len(draft.pieces)
