"""The labeller and the lines it is given: what was wrapped, split or run together, in scripts of all kinds, explained."""

import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks._block_features import BLOCK_FEATURES
from tasks._features import FEATURES, line_features, look_at
from tasks._labeller import label, reasons
from tasks._lines import read_lines
from tasks._parts import read_parts
from tasks._trees import MODEL, Model, Trees, load_model
from tasks._words import read_words, wording_of, words_of
from tests.conftest import ROOT, copydesk
from tests.test_golden import GOLDEN
from tests.test_strip import PROSE, assert_accounted_for

MORE = [
    "Councillors heard that the boiler, which is older than the building's lift, would not last another winter.",
    "The mayor, Ada Holm, said that the money had been spent on the flood wall, and that she would do it again.",
    "Swimmers who had come to listen left before the vote, some of them in tears, and gathered outside the hall.",
    "A petition with four thousand names had been handed in on Monday, but it came too late to be considered.",
]
PAGE = ["Home", "News", "Sport", "Council votes to close the old baths", "By Ann Lee", "15 June 2018", *PROSE, *MORE,
        "Share this article", "Related stories", "Ferry to run an hour later", "© 2018 The Lantern"]  # fmt: skip


def body_of(text):
    return assert_accounted_for(text).paragraphs()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_page_as_it_is(end):
    assert body_of(end.join(PAGE)) == PROSE + MORE


@pytest.mark.parametrize("width", [60, 66, 72])
@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_hard_wrapped_text_becomes_paragraphs_again(width, between):
    text = between.join("\n".join(textwrap.wrap(line, width)) for line in PAGE)
    assert body_of(text) == PROSE + MORE


@pytest.mark.parametrize("width", [50, 60, 72])
def test_a_headline_that_was_wrapped_is_one_line(width):
    title = "Council votes to close the old swimming baths before the winter, and swimmers leave the hall in tears"
    lines = [line if line != PAGE[3] else title for line in PAGE]
    draft = assert_accounted_for("\n".join("\n".join(textwrap.wrap(line, width)) for line in lines))
    assert draft.title is not None
    assert " ".join(draft.title.split()) == title
    assert draft.paragraphs() == PROSE + MORE


@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_text_split_at_its_links_is_put_together(between):
    split = [
        re.sub(r"(\w+) (old|said|winter|vote|money|names|report|town)\b", r"\1\n\2\n", line) for line in PROSE + MORE
    ]
    assert sum(line.count("\n") for line in split) > 12
    draft = assert_accounted_for("\n".join([*PAGE[:6], *split, *PAGE[-4:]]).replace("\n", between))
    assert [" ".join(p.split()) for p in draft.paragraphs()] == PROSE + MORE


@pytest.mark.parametrize("width", [60, 72])
def test_blank_lines_between_all_lines_of_wrapped_text_are_no_paragraphs(width):
    rows = [row for line in PAGE for row in textwrap.wrap(line, width)]
    assert body_of("\n\n".join(rows)) == PROSE + MORE


def test_tabs_are_paragraphs():
    assert body_of("\t".join(PROSE + MORE)) == PROSE + MORE


def test_paragraphs_that_lost_their_breaks_are_cut_where_a_space_is_missing():
    joined = (
        " ".join(PROSE[2:] + MORE)
        .replace("winter. The mayor", "winter.The mayor")
        .replace("hall. A petition", "hall.A petition")
    )
    assert len(body_of(joined)) == 3


def test_a_whole_story_in_one_line_is_one_paragraph():
    story = " ".join(PROSE + MORE)
    assert body_of(f"Home\nNews\n{story}\nShare\n© 2018 The Lantern") == [story]


def test_a_line_longer_than_any_paragraph_is_looked_at_sentence_by_sentence():
    bodies = [json.loads(path.read_text("utf-8")) for path in sorted(GOLDEN.rglob("*.txt.json"))]
    story = " ".join(p for body in bodies if isinstance(body, dict) for p in body.get("body", ()) if p.isascii())
    assert len(story) > 6000
    body = body_of(f"Home\nNews\n{story}\nShare\n© 2018 The Lantern")
    assert len(" ".join(body)) > 0.95 * len(story)
    assert max(map(len, body)) > max(len(sentence) for sentence in story.split(". "))


@pytest.mark.parametrize(
    ("title", "paragraphs"),
    [
        ("古い水泳場、冬の前に閉鎖へ", [
            "町議会は火曜日の夜、古い水泳場を冬の前に閉鎖することを賛成九、反対六で決めた。建物は一九二八年に建てられた。",
            "「誰も私たちに聞かなかった」と、一九八七年から子どもたちに泳ぎを教えてきた女性は話した。会場には二百人が集まった。",
            "五月に公表された報告書によると、新しい屋根には四百二十万の費用がかかるという。町長は来週、記者会見を開く予定だ。",
        ]),
        ("مجلس المدينة يغلق المسبح القديم قبل الشتاء", [
            "صوّت مجلس المدينة مساء الثلاثاء بأغلبية تسعة أصوات مقابل ستة على إغلاق المسبح القديم قبل حلول فصل الشتاء.",
            "وقالت مارا كوينت التي تعلّم الأطفال السباحة هناك منذ عام سبعة وثمانين إن أحدا لم يسألهم عن رأيهم في القرار.",
            "وقدّر تقرير نُشر في مايو تكلفة سقف جديد للمبنى بأكثر من أربعة ملايين، وقالت رئيسة البلدية إن المال أُنفق على السد.",
        ]),
        ("สภาเมืองลงมติปิดสระว่ายน้ำเก่า", [
            "สภาเมืองลงมติเมื่อคืนวันอังคารด้วยคะแนนเก้าต่อหกเสียงให้ปิดสระว่ายน้ำเก่าก่อนฤดูหนาวจะมาถึงหลังจากเปิดให้บริการมานานกว่าเก้าสิบปี.",
            "ครูสอนว่ายน้ำคนหนึ่งซึ่งสอนเด็กมาตั้งแต่ปีสองพันห้าร้อยสามสิบกล่าวว่าไม่มีใครถามความเห็นของพวกเขาเลยก่อนการลงมติครั้งนี้.",
            "รายงานที่เผยแพร่ในเดือนพฤษภาคมระบุว่าหลังคาใหม่จะมีค่าใช้จ่ายมากกว่าสี่ล้านและนายกเทศมนตรีกล่าวว่าเงินได้ถูกใช้ไปกับกำแพงกันน้ำท่วมแล้ว.",
        ]),
    ],
)  # fmt: skip
def test_no_script_is_second_class(title, paragraphs):
    draft = assert_accounted_for("\n".join([title, *paragraphs]))
    assert draft.paragraphs()[-3:] == paragraphs


def test_a_headline_printed_with_its_outlet_is_without_it():
    draft = assert_accounted_for(
        "\n".join(["Council votes to close the old baths - The Lantern", "The Lantern", *PAGE[4:]])
    )
    assert draft.title == "Council votes to close the old baths"


def test_only_an_update_dates_the_article_and_is_flagged():
    draft = assert_accounted_for("\n".join([*PAGE[3:5], "Last updated: 15 June 2018", *PAGE[6:]]))
    assert draft.published == draft.updated != ()
    assert "dated_by_update" in draft.flags


def test_a_shop_is_no_article():
    shop = [
        "Shop",
        "Cart (0)",
        "Checkout",
        *(f"Garden hose {n} m\n{n * 3}.99\nAdd to cart\nIn stock" for n in range(5, 60)),
    ]
    draft = assert_accounted_for("\n".join(shop))
    assert draft.other_odds > 0 and draft.against


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from([*PAGE, "•", "\u200b", "a", "1", ".", "\x00"]), max_size=30), st.integers(8, 90),
       st.sampled_from(["\n", "\n\n", "\t", " ", ""]))  # fmt: skip
def test_nothing_vanishes_however_lines_are_broken(lines, width, between):
    assert_accounted_for(between.join("\n".join(textwrap.wrap(line, width) or [line]) for line in lines))


@pytest.mark.parametrize(
    "text", ["a\t" * 30_000, "x" * 100_000, "foo (\n" * 5_000, "港" * 50_000, "ab\n" * 25_000, "a    " * 9_000]
)
def test_what_no_writer_meant_is_accounted_for(text):
    assert_accounted_for(text)


def test_reasons_are_features_and_add_up():
    lines = read_lines("\n".join(PAGE))
    label(lines)
    head = load_model().heads["body"]
    values = line_features(look_at(lines, load_model()))
    shares = head.shares(values, len(FEATURES))
    mean = head.leaves.mean(axis=1).sum() + head.bias
    assert np.allclose(shares.sum(axis=1) + mean, head.log_odds(values), atol=1e-3)
    for line, why in zip(lines, reasons(lines), strict=True):
        assert all(part.strip()[0] == ("+" if line.body > 0.5 else "-") for part in why.split(", ") if part[0] in "+-")


def test_the_same_copy_is_seen_alike_in_every_process():
    code = (
        "import hashlib; from tasks._features import line_features, look_at; from tasks._labeller import label\n"
        "from tasks._lines import read_lines; from tasks._page import page_features; from tasks._trees import load_model\n"
        "from tests.test_labeller import PAGE\n"
        "lines = read_lines('\\n'.join(PAGE)); label(lines); model = load_model()\n"
        "from tasks._labeller import told_of; import numpy as np; odds = np.array([line.body for line in lines])\n"
        "sight = look_at(lines, model)\n"
        "seen = line_features(sight).tobytes() + page_features(sight, odds, told_of(lines)).tobytes()\n"
        "from tasks.extract import parse_page, read_page; from tasks._block_features import block_features\n"
        "blocks, nodes, _ = read_page(parse_page('<body><p class=\"ab cd ef gh ij kl\">' + '<p>'.join(PAGE)), None)\n"
        "odds = dict(ab=1e17, cd=-1e17, ef=1.0, gh=3e16, ij=-3e16, kl=0.1)\n"
        "seen += block_features(blocks, nodes, look_at(blocks, model), odds).tobytes()\n"
        "print(hashlib.sha256(seen).hexdigest(), [(line.body, line.roles) for line in lines])"
    )
    told = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True,
                       env={**os.environ, "PYTHONHASHSEED": seed}).stdout
        for seed in ("1", "2", "3")
    }  # fmt: skip
    assert len(told) == 1


def test_words_of_lines_as_arrays_are_those_of_each_line_by_itself():
    model = Model({"b": 1.5, "#": 0.25, "b #": 4.0, "# b": 16.0, "c": 64.0}, {"b": 2.0}, 3.0, {})
    lines = ["B 12 b, b 7!", "", "7 x", "c\u3042c", "d " * 39 + "c c"]
    words = read_words([line.casefold() for line in lines], model.lexicon)
    whole, starts = "\n".join(lines).casefold(), words.tokens.starts
    names = [
        whole[at : at + size] for at, size in zip(starts[words.first], words.tokens.sizes[words.first], strict=True)
    ]
    assert [words_of(line) for line in lines] == [
        ["#" if (word := names[n]).isdigit() else word for n in words.ids[(words.lines == line) & words.judged]]
        for line in range(len(lines))
    ]
    # Each word once, each pair as often as it stands there; of the last line the 41st word is not looked at.
    assert wording_of(words).tolist() == [1.5 + 0.25 + 4.0 + 16.0 + 4.0, 0, 0.25, 64.0, 64.0]


def test_a_copy_pasted_twice_is_judged_as_if_it_stood_there_once():
    once, twice = read_lines("\n".join(PROSE)), read_lines("\n".join([*PROSE, *PROSE]))
    label(once)
    label(twice)
    assert [line.body for line in twice] == [line.body for line in once] * 2
    assert reasons(twice)[len(PROSE) :] == ["as the first time"] * len(PROSE)


def test_trees_answer_as_they_are_drawn():
    trees = Trees(
        np.array([[0, 1]]), np.array([[0.5, 2.0]], np.float32), np.array([[1.0, 2.0, 3.0, 4.0]], np.float32), 0.25
    )
    values = np.array([[0, 0], [1, 0], [0, 3], [1, 3]], np.float32)
    assert trees.log_odds(values).tolist() == [1.25, 2.25, 3.25, 4.25]


def test_lines_that_hold_control_characters_only_are_kept_for_the_account():
    assert [part.raw for part in read_parts("a\n\x00\nb")] == ["a", "\x00", "b"]


def test_explain_names_what_told_the_labeller(tmp_path: Path):
    (tmp_path / "page.txt").write_text("\n".join(PAGE))
    told = json.loads(copydesk("explain", str(tmp_path / "page.txt"), "--json").stdout)
    why = {piece["text"]: piece["why"] for piece in told["pieces"]}
    assert any(name in why[PROSE[0]] for name in FEATURES)
    assert PROSE[0] in copydesk("explain", str(tmp_path / "page.txt")).stdout


def test_the_model_is_small_and_in_the_repo():
    assert MODEL.stat().st_size < 500_000
    assert subprocess.run(["git", "check-ignore", str(MODEL)], capture_output=True).returncode != 0


def test_explain_names_what_told_the_labeller_of_a_page(tmp_path: Path):
    blocks = "".join(f"<p>{text}</p>" for text in [*PROSE, *MORE])
    page = f"<html><body><nav><a href='/'>Home</a></nav><article><h1>{PAGE[3]}</h1>{blocks}</article></body></html>"
    (tmp_path / "page.html").write_text(page)
    told = json.loads(copydesk("explain", str(tmp_path / "page.html"), "--json").stdout)
    why = {piece["text"]: piece["why"] for piece in told["pieces"]}
    assert any(name in why[PROSE[0]] for name in (*FEATURES, *BLOCK_FEATURES))
